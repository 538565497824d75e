// The documents about the server, and pages that stand in for pages of the operator, for the OpenAPI document.
import { flag, json, type Operation, object, page, type Schema, text, texts } from '../../openapi/operation.ts';

const tag = 'Server documents';

const members: Readonly<Record<string, Schema>> = {
  issuer: text('The issuer, exactly as in tokens.'),
  authorization_endpoint: text('Where logins begin.'),
  token_endpoint: text('Where clients get tokens.'),
  jwks_uri: text('The public keys.'),
  userinfo_endpoint: text('Claims about the user.'),
  registration_endpoint: text('Where clients register. Absent if they cannot.'),
  revocation_endpoint: text('Where clients revoke tokens.'),
  introspection_endpoint: text('Where clients introspect tokens.'),
  subject_types_supported: texts('`public`, `pairwise`.'),
  response_types_supported: texts('The response types.'),
  response_modes_supported: texts('The response modes.'),
  grant_types_supported: texts('The grant types.'),
  authorization_response_iss_parameter_supported: flag('Authorization responses have `iss` (RFC 9207).'),
  claims_supported: texts('Claims that the operator announces.'),
  scopes_supported: texts('Scopes that the operator announces.'),
  token_endpoint_auth_methods_supported: texts('How clients can authenticate to get tokens.'),
  token_endpoint_auth_signing_alg_values_supported: texts('The algorithms of client assertions.'),
  revocation_endpoint_auth_methods_supported: texts('How clients can authenticate to revoke tokens.'),
  revocation_endpoint_auth_signing_alg_values_supported: texts('The algorithms of client assertions.'),
  introspection_endpoint_auth_methods_supported: texts('How clients can authenticate to introspect tokens.'),
  introspection_endpoint_auth_signing_alg_values_supported: texts('The algorithms of client assertions.'),
  code_challenge_methods_supported: texts('The methods of PKCE.'),
  id_token_signing_alg_values_supported: texts('The algorithms of ID tokens.'),
  userinfo_signing_alg_values_supported: texts('The algorithms of signed userinfo.'),
  request_parameter_supported: flag('Request objects can be sent.'),
  request_uri_parameter_supported: flag('Request objects can be fetched.'),
  require_request_uri_registration: flag('Their addresses must be registered.'),
  request_object_signing_alg_values_supported: texts('The algorithms of request objects.'),
  claims_parameter_supported: flag('Single claims can be requested.'),
};

const metadata = object(
  'ServerMetadata',
  'What the server supports, and where (OpenID Connect Discovery §3, RFC 8414 §2).',
  members,
  Object.keys(members).filter((member) => member !== 'registration_endpoint'),
);

const notModified = { description: 'The copy that `If-None-Match` names is current.' };

const discovery = {
  tag,
  description: 'Endpoints, algorithms and everything else that a client library needs to know. May be cached.',
  answers: { 200: { description: 'The document.', content: json(metadata) }, 304: notModified },
} as const;

export const openidConfiguration: Operation = {
  ...discovery,
  id: 'getWellKnown',
  summary: 'Read the discovery document',
};

export const oauthMetadata: Operation = {
  ...discovery,
  id: 'getOAuthServerMetadata',
  summary: 'Read the same document as a client of OAuth 2.0',
};

const publicKeys = object(
  'PublicKeySet',
  'The public keys (RFC 7517 §5).',
  {
    keys: {
      type: 'array',
      items: {
        type: 'object',
        properties: { kid: text('The id.'), kty: text('The type.'), alg: text('The algorithm.'), use: text('`sig`') },
        required: ['kid', 'kty'],
        additionalProperties: true,
      },
    },
  },
  ['keys'],
);

export const jwks: Operation = {
  id: 'wellKnown',
  tag,
  summary: 'Read the public keys of the server',
  description: 'With these, clients check ID tokens, and APIs check JWT access tokens. May be cached.',
  answers: {
    200: {
      description: 'The keys.',
      content: json(publicKeys, {
        keys: [
          {
            kty: 'EC',
            kid: 'public:2026-01',
            use: 'sig',
            alg: 'ES256',
            crv: 'P-256',
            x: 'WKn-ZIGevcwGIyyrzFoZNBdaq9_TsqzGl96oc0CWuis',
            y: 'y77t-RvAHRKTsSGdIYUfweuOvwrvDD-Q3Hv5J0fSKbE',
          },
        ],
      }),
    },
    304: notModified,
  },
};

const fallback = (id: string, summary: string, description: string): Operation => ({
  id,
  tag: 'Pages',
  summary,
  description,
  answers: { 200: page('The page.') },
});

export const consentFallback = fallback(
  'consentFallback',
  'Show that there is no login or consent page',
  'Shown as long as `CLAVIGER_LOGIN_URL` or `CLAVIGER_CONSENT_URL` is not set.',
);

export const errorFallback: Operation = {
  ...fallback('errorFallback', 'Show an error', 'Shown as long as `CLAVIGER_ERROR_URL` is not set.'),
  query: ['error', 'error_description', 'error_hint', 'error_debug'].map((name) => ({
    name,
    description: `The \`${name}\` of the request that failed.`,
    schema: { type: 'string' },
  })),
};

export const logoutFallback = fallback(
  'logoutFallback',
  'Show that the user is logged out',
  'Shown as long as `CLAVIGER_LOGOUT_REDIRECT_URL` is not set.',
);
