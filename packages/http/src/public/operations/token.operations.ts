// The operations of clients on tokens, for the OpenAPI document.
import { introspectionExample, introspectionForm, introspectionSchema } from '../../openapi/introspection.schema.ts';
import { form, integer, json, type Operation, object, text } from '../../openapi/operation.ts';
import { authenticationErrors, authenticationMembers, limitedAuthenticationErrors } from './client-authentication.ts';

const tag = 'OAuth 2.0';

const tokenForm = object(
  'TokenRequest',
  'The parameters depend on `grant_type`.',
  {
    grant_type: text('`authorization_code`, `refresh_token` or `client_credentials`.'),
    code: text('For `authorization_code`: the code of the authorization response.'),
    redirect_uri: text('For `authorization_code`: the `redirect_uri` of the authorization request, if it had one.'),
    code_verifier: text('For `authorization_code` with PKCE (RFC 7636 §4.5).'),
    refresh_token: text('For `refresh_token`.'),
    scope: text('For `client_credentials`: the requested scopes. For `refresh_token`: fewer scopes.'),
    audience: text('APIs that the access token is for, separated by spaces.'),
    resource: text('An API that the access token is for (RFC 8707 §2).'),
    ...authenticationMembers,
  },
  ['grant_type'],
);

const tokenResponse = object(
  'TokenResponse',
  'The tokens (RFC 6749 §5.1).',
  {
    access_token: text('The access token.'),
    expires_in: integer('Seconds until the access token expires.'),
    id_token: text('The ID token. Only with the scope `openid`.'),
    refresh_token: text('The refresh token. Only with the scope `offline` or `offline_access`.'),
    scope: text('The granted scopes, separated by spaces.'),
    token_type: text('`bearer`'),
  },
  ['access_token', 'expires_in', 'scope', 'token_type'],
);

export const requestToken: Operation = {
  id: 'oauthToken',
  tag,
  summary: 'Get tokens',
  description:
    'The client exchanges a code or a refresh token, or requests a token for itself (RFC 6749 §3.2). Each parameter appears in the body at most once.',
  caller: 'client',
  body: { content: form(tokenForm, { grant_type: 'client_credentials', scope: 'photos.read' }) },
  answers: {
    200: {
      description: 'The tokens.',
      content: json(tokenResponse, {
        access_token: 'the-access-token',
        expires_in: 3599,
        scope: 'photos.read',
        token_type: 'bearer',
      }),
    },
  },
  errors: {
    400: '`invalid_request`, `invalid_grant`, `invalid_scope`, `invalid_target`, `unauthorized_client` or `unsupported_grant_type` (RFC 6749 §5.2).',
    ...limitedAuthenticationErrors,
  },
};

export const revokeToken: Operation = {
  id: 'revokeOAuth2Token',
  tag,
  summary: 'Revoke a token',
  description:
    'Ends the whole grant: the access and refresh tokens that belong together (RFC 7009 §2). An unknown token, or one of another client, gets the same answer.',
  caller: 'client',
  body: {
    content: form(
      object(
        'RevocationRequest',
        'Which token to revoke.',
        {
          token: text('The access or refresh token.'),
          token_type_hint: text('Accepted and ignored: the token says what it is (RFC 7009 §2.1).'),
          ...authenticationMembers,
        },
        ['token'],
      ),
      { token: 'the-refresh-token' },
    ),
  },
  answers: {
    200: {
      description: 'The token is not valid any more.',
      content: json({ type: 'object', properties: {} }, {}),
    },
  },
  errors: { 400: '`invalid_request`: the body is not a form, or has no `token`.', ...authenticationErrors },
};

export const introspectAsClient: Operation = {
  id: 'introspectOAuth2TokenAsClient',
  tag,
  summary: 'Introspect a token',
  description:
    'A confidential client learns about its own tokens, and about access tokens whose audience includes it (RFC 7662 §2). Every other token is not active.',
  caller: 'client',
  body: { content: introspectionForm('ClientIntrospectionRequest', ['token'], authenticationMembers) },
  answers: { 200: { description: 'What the token allows.', content: json(introspectionSchema, introspectionExample) } },
  errors: {
    400: '`invalid_request`: the body is not a form, or has no `token`; `invalid_scope`: a scope is malformed.',
    ...limitedAuthenticationErrors,
  },
};

const userinfoAnswer = {
  200: {
    description: 'Claims about the user. A signed JWT if the client registered `userinfo_signed_response_alg`.',
    content: {
      ...json(
        object(
          'UserinfoResponse',
          'Claims about the user (OpenID Connect Core §5.1). Which ones there are depends on scopes and consent.',
          { sub: text('The user, by the identifier that the client knows.') },
          ['sub'],
          { additionalProperties: true },
        ),
        { sub: 'person-1', name: 'Anna Example' },
      ),
      'application/jwt': { schema: { type: 'string' } },
    },
  },
};

const userinfoErrors = {
  400: '`invalid_request`: the request contains more than one access token.',
  401: '`request_unauthorized` or `invalid_token`: the token is missing, not active, or for other APIs. With `WWW-Authenticate: Bearer`.',
  403: '`insufficient_scope`: the token lacks the scope `openid`.',
};

export const getUserinfo: Operation = {
  id: 'getUserinfo',
  tag,
  summary: 'Read claims about the user',
  description: 'OpenID Connect Core §5.3. The access token needs the scope `openid`.',
  caller: 'access token',
  answers: userinfoAnswer,
  errors: userinfoErrors,
};

export const postUserinfo: Operation = {
  id: 'userinfo',
  tag,
  summary: 'Read claims about the user, by POST',
  description: 'Same as GET. The token may be in the form instead of the header (RFC 6750 §2.2).',
  caller: 'access token',
  body: {
    optional: true,
    content: form(
      object('UserinfoRequest', 'The access token, if it is not in the header.', {
        access_token: text('The access token.'),
      }),
      {},
    ),
  },
  answers: userinfoAnswer,
  errors: userinfoErrors,
};
