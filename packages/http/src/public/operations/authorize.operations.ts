// The authorization endpoint and logout, for the OpenAPI document.
import {
  type Answer,
  type Operation,
  object,
  page,
  type QueryParameter,
  type Schema,
  text,
} from '../../openapi/operation.ts';

const tag = 'OAuth 2.0';

/** RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1. `required` ones may be in a request object instead. */
const parameters: Readonly<Record<string, Schema>> = {
  client_id: text('The client.'),
  response_type: text('What the client wants: `code`, `token`, `id_token`, combinations of them, or `none`.'),
  redirect_uri: text('Where the browser returns: a registered URI. Optional for clients with only one.'),
  scope: text('The requested scopes, separated by spaces.'),
  state: text('Comes back unchanged. Its minimum length is a setting of the server, and 0 by default.'),
  nonce: text('Comes back in the ID token. Required for an ID token from this endpoint.'),
  response_mode: text('`query`, `fragment` or `form_post`.'),
  code_challenge: text('PKCE (RFC 7636 §4.3).'),
  code_challenge_method: text('`S256`.'),
  audience: text('APIs that the access token is for, separated by spaces.'),
  resource: text('An API that the access token is for (RFC 8707 §2).'),
  prompt: text('`none`, `login`, `consent`, `select_account`.'),
  max_age: text('Seconds since the user last logged in, at most.'),
  display: text('Passed to the login page.'),
  ui_locales: text('Passed to the login page.'),
  claims_locales: text('Passed to the login page.'),
  login_hint: text('Passed to the login page.'),
  acr_values: text('Passed to the login page.'),
  id_token_hint: text('An ID token of the user who is expected.'),
  claims: text('JSON: single claims that are requested (OpenID Connect Core §5.5).'),
  request: text('The request as a signed JWT (OpenID Connect Core §6.1).'),
  request_uri: text('The URL of that JWT. It must be registered.'),
};

const returning: Readonly<Record<string, Schema>> = {
  login_verifier: text('Set by the server: the browser returns from the login page.'),
  consent_verifier: text('Set by the server: the browser returns from the consent page.'),
};

const examples: Readonly<Record<string, string>> = {
  client_id: 'shop',
  response_type: 'code',
  scope: 'openid offline photos.read',
  redirect_uri: 'https://shop.example/callback',
  state: 'a-random-state',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
};

const query: readonly QueryParameter[] = Object.entries({ ...parameters, ...returning }).map(
  ([name, { description, ...schema }]) => ({
    name,
    description: String(description),
    schema,
    ...(name in examples ? { example: examples[name] } : {}),
  }),
);

const redirect: Answer = {
  description:
    'Continue there: at the login or consent page, or back at the client with the response or an error (RFC 6749 §4.1.2).',
  headers: { Location: 'Where the browser continues.', 'Set-Cookie': 'Binds the request to this browser.' },
};

/** apps/server/src/issuer-host.ts */
const toIssuerHost: Answer = {
  description:
    'Only on a development server: the same path on the host of the issuer, because cookies belong to a host.',
  headers: { Location: 'The same path at the host of the issuer.' },
};

const formPost = page(
  'The response of `response_mode=form_post`, or a page that asks the user before an error is sent on.',
);

const errors = {
  400: 'A page: the client or its redirect URI could not be verified, so the browser is not redirected.',
  429: 'A page: the rate limit is exceeded. With `Retry-After`.',
  503: 'A page: too many logins are pending, or a store is unavailable. With `Retry-After`.',
};

export const authorize: Operation = {
  id: 'oauthAuth',
  tag,
  summary: 'Begin a login',
  description:
    'For browsers (RFC 6749 §3.1). Errors that can be told to the client go to its redirect URI. With `CLAVIGER_ERROR_URL`, other errors are redirects to that page.',
  query,
  answers: { 200: formPost, 302: redirect, 307: toIssuerHost },
  errors,
  errorPages: true,
};

export const authorizeByForm: Operation = {
  id: 'oauthAuthByForm',
  tag,
  summary: 'Begin a login, by POST',
  description:
    'OpenID Connect Core §3.1.2.1. Answered with a redirect to the same request by GET. Parameters in the query count too.',
  body: {
    optional: true,
    content: {
      'application/x-www-form-urlencoded': {
        schema: object('AuthorizationRequest', 'The parameters that GET has in its query.', parameters),
        example: examples,
      },
    },
  },
  answers: {
    200: formPost,
    302: redirect,
    303: { description: 'The same request as a GET.', headers: { Location: 'The request.' } },
    307: toIssuerHost,
  },
  errors,
  errorPages: true,
};

export const logout: Operation = {
  id: 'revokeUserLoginCookie',
  tag,
  summary: 'Log out of this browser',
  description: 'For browsers: ends the remembered login that the cookie names. Tokens stay valid.',
  answers: {
    302: {
      description: 'To `CLAVIGER_LOGOUT_REDIRECT_URL`.',
      headers: { Location: 'Where the browser continues.', 'Set-Cookie': 'Removes the cookie.' },
    },
    307: toIssuerHost,
  },
};
