// What introspection answers, on both listeners (RFC 7662 §2.2, with members of the 2018 API).
import { flag, form, integer, object, type Schema, text, texts } from './operation.ts';

export const introspectionSchema: Schema = object(
  'OAuth2TokenIntrospection',
  'What a token allows. An inactive token has `active` only.',
  {
    active: flag('Whether the token is valid now and has the requested scopes.'),
    scope: text('The granted scopes, separated by spaces. Absent if there are none.'),
    client_id: text('The client that the token was issued to.'),
    sub: text('The user, or the client for its own token.'),
    obfuscated_subject: text('The identifier of the user that the client knows, if it is another one.'),
    exp: integer('When the token expires, in seconds since 1970.'),
    iat: integer('When the token was issued, in seconds since 1970.'),
    aud: texts('The APIs that the token is for. Absent if there are none.'),
    iss: text('The issuer.'),
    token_type: text('`access_token` or `refresh_token`.'),
    ext: {
      type: 'object',
      description: 'What the consent app attached for APIs. Absent if there are none.',
      additionalProperties: true,
    },
  },
  ['active'],
);

export const introspectionExample = {
  active: true,
  scope: 'photos.read',
  client_id: 'shop',
  sub: 'person-1',
  exp: 1774000000,
  iat: 1773996400,
  iss: 'https://id.example.com/',
  token_type: 'access_token',
};

const members = {
  token: text('The access or refresh token.'),
  token_type_hint: text('Accepted and ignored: the token says what it is (RFC 7662 §2.1).'),
  scope: text('Scopes separated by spaces: a token that lacks one of them is not active.'),
};

const example = { token: 'the-access-token', scope: 'photos.read' };

/** `more`: how the caller authenticates. */
export const introspectionForm = (
  title: string,
  required: readonly string[],
  more: Readonly<Record<string, Schema>> = {},
) => form(object(title, 'Which token to look at.', { ...members, ...more }, required), example);
