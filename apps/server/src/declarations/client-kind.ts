// Clients in files. A member has the name and the meaning that it has in the admin API.
import { authMethods, clientNames, type DeclaredClient, grantTypes, isPrivate, type Jwk } from '@claviger/core';
import { type ClientBody, clientBody, toClientMetadata } from '@claviger/http';
import type { Kind } from './kind.ts';
import { findSecret, type SecretReference, secretReferenceSchema } from './secret-reference.ts';
import type { Path } from './source-file.ts';

type Schema = Readonly<Record<string, unknown>>;

/** In a file, null is a mistake: a member without a value. */
const withoutNull = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(withoutNull);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => keyword !== 'nullable');
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, withoutNull(value)]));
};

const { client_secret: _secret, client_secret_expires_at: _expiry, ...members } = clientBody.properties;

const plain = withoutNull(members) as Readonly<Record<string, Schema>>;

const choice = (name: string, values: readonly string[]): Readonly<Record<string, Schema>> => ({
  [name]: { ...plain[name], enum: [...values] },
});

/** Also the schema for editors. Rules between members are core's. */
export const clientSchema: Schema = {
  title: 'Client',
  type: 'object',
  required: ['client_id'],
  additionalProperties: false,
  properties: {
    ...plain,
    client_id: { type: 'string', minLength: 1, description: 'The identifier. Unique among all files.' },
    client_secret: secretReferenceSchema,
    grant_types: { ...plain.grant_types, items: { type: 'string', enum: [...grantTypes] } },
    ...choice('token_endpoint_auth_method', authMethods),
    ...choice('subject_type', ['public', 'pairwise']),
    ...choice('access_token_strategy', ['opaque', 'jwt']),
    ...choice('standard_claims', ['both', 'userinfo']),
    ...choice('application_type', ['web', 'native']),
  },
};

type ClientEntry = Omit<ClientBody, 'client_id' | 'client_secret'> & {
  readonly client_id: string;
  readonly client_secret?: SecretReference;
};

/** A private key does not belong in a client's public keys, and a plan would show it. */
const privateKeyOf = (keys: readonly Jwk[] | null | undefined): Path | undefined => {
  const index = (keys ?? []).findIndex(isPrivate);
  return index < 0 ? undefined : ['jwks', 'keys', index];
};

export const clientKind: Kind<DeclaredClient> = {
  schema: clientSchema,
  title: 'client',
  idMember: 'client_id',
  names: { ...clientNames, secret: 'client_secret' },
  async read(value, { file, environment }) {
    const { client_id: id, client_secret: reference, ...body } = value as ClientEntry;
    const privateKey = privateKeyOf(body.jwks?.keys as readonly Jwk[] | undefined);
    if (privateKey) return { path: privateKey, problem: 'is a private key; a client registers public keys' };
    const metadata = toClientMetadata(body);
    if (!reference) return { declared: { id, metadata } };
    const found = await findSecret(reference, file, environment);
    return 'problem' in found
      ? { path: ['client_secret'], problem: found.problem }
      : { declared: { id, metadata, secret: found.secret } };
  },
};
