// Keys of the admin API in JSON. Times are RFC 3339 date-times.
import { type AdminKey, adminScopes, type EpochSeconds, epochSeconds, oauthError } from '@claviger/core';
import Type, { type Static } from 'typebox';
import { nullable } from '../../json/nullable.ts';
import { object, text, texts } from '../../openapi/operation.ts';
import { secondOf } from './flush.wire.ts';

export const createAdminKeyBody = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'Who uses the key, and what for. Shown in lists.',
    }),
    scopes: Type.Unsafe<AdminKey['scopes']>({
      type: 'array',
      items: { type: 'string', enum: [...adminScopes] },
      minItems: 1,
      description: `What the key allows: ${adminScopes.join(', ')}. No scope implies another.`,
    }),
    expires_at: nullable(
      Type.String({ description: 'RFC 3339 date-time: the key is refused from this second on. Default: never.' }),
    ),
  },
  { title: 'CreateAdminKey', additionalProperties: false },
);

export const toExpiry = ({ expires_at: text }: Static<typeof createAdminKeyBody>): EpochSeconds | null => {
  if (text === null || text === undefined) return null;
  const second = secondOf(text);
  if (second === undefined) {
    throw oauthError('invalid_request', 'The member "expires_at" must be an RFC 3339 date-time.');
  }
  return epochSeconds(second);
};

const members = {
  id: text('Public: a key’s text contains it.'),
  name: text('As given at creation.'),
  scopes: texts('What the key allows.'),
  created_at: text('RFC 3339 date-time.', { format: 'date-time' }),
  expires_at: { ...text('RFC 3339 date-time, or null: never.', { format: 'date-time' }), nullable: true },
};

const always = Object.keys(members);

export const adminKeySchema = object('AdminKey', 'A key of the admin API, without its text.', members, always);

export const createdAdminKeySchema = object(
  'CreatedAdminKey',
  'A new key of the admin API.',
  { ...members, key: text('The text to send. It is shown only here, and stored nowhere.') },
  [...always, 'key'],
);

const timeText = (moment: EpochSeconds): string => new Date(moment * 1000).toISOString().replace('.000Z', 'Z');

export const fromAdminKey = ({ id, name, scopes, createdAt, expiresAt }: AdminKey) => ({
  id,
  name,
  scopes,
  created_at: timeText(createdAt),
  expires_at: expiresAt === null ? null : timeText(expiresAt),
});
