// GET /.well-known/openid-configuration (OpenID Connect Discovery §3). Lists only what this server supports.
import type { JsonObject } from '../domain/json.ts';
import { supportedResponseModes } from '../domain/response-mode.ts';
import { supportedResponseTypes } from '../domain/response-type.ts';
import type { SigningKeys } from '../ports/signing-keys.ts';
import type { Digest } from '../ports/system.ts';
import type { Settings } from '../settings.ts';
import { requestObjectAlgorithms } from '../usecases/authorize/verify-request-object.ts';
import { assertionAlgorithms } from '../usecases/token/verify-client-assertion.ts';
import { cacheableReply } from './cacheable-reply.ts';
import { paths, urlBelow } from './paths.ts';
import type { Endpoint } from './wire.ts';

const methodsOfConfidentialClients = [
  'client_secret_post',
  'client_secret_basic',
  'client_secret_jwt',
  'private_key_jwt',
];
const clientAuthMethods = [...methodsOfConfidentialClients, 'none'];

const discoveryDocument = (issuer: string, settings: Settings, signingKeys: SigningKeys): JsonObject => ({
  issuer,
  authorization_endpoint: urlBelow(issuer, paths.authorize),
  token_endpoint: urlBelow(issuer, paths.token),
  jwks_uri: urlBelow(issuer, paths.jwks),
  userinfo_endpoint: settings.userinfoEndpoint ?? urlBelow(issuer, paths.userinfo),
  ...(settings.clientRegistration === 'off' ? {} : { registration_endpoint: urlBelow(issuer, paths.registration) }),
  revocation_endpoint: urlBelow(issuer, paths.revoke),
  introspection_endpoint: urlBelow(issuer, paths.introspect),
  subject_types_supported: settings.subjectTypes,
  response_types_supported: supportedResponseTypes,
  response_modes_supported: supportedResponseModes,
  grant_types_supported: ['authorization_code', 'implicit', 'client_credentials', 'refresh_token'],
  authorization_response_iss_parameter_supported: true,
  claims_supported: ['sub', ...settings.claimsSupported],
  scopes_supported: ['offline', 'offline_access', 'openid', ...settings.scopesSupported],
  token_endpoint_auth_methods_supported: clientAuthMethods,
  token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
  revocation_endpoint_auth_methods_supported: clientAuthMethods,
  revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
  introspection_endpoint_auth_methods_supported: methodsOfConfidentialClients,
  introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
  code_challenge_methods_supported: ['S256'],
  id_token_signing_alg_values_supported: signingKeys.algorithms,
  userinfo_signing_alg_values_supported: ['none', ...signingKeys.algorithms],
  request_parameter_supported: true,
  request_uri_parameter_supported: true,
  require_request_uri_registration: true,
  request_object_signing_alg_values_supported: requestObjectAlgorithms,
  claims_parameter_supported: true,
});

/** Seconds for which caches keep the document. It changes only with the server's settings. */
const discoveryAge = 300;

export const makeDiscoveryEndpoint = (
  issuer: string,
  settings: Settings,
  { signingKeys, digest }: { readonly signingKeys: SigningKeys; readonly digest: Digest },
): Endpoint => {
  const reply = cacheableReply(digest, discoveryDocument(issuer, settings, signingKeys), discoveryAge);
  return async (request) => reply(request);
};
