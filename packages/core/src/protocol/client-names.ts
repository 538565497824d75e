// The names of a client's metadata in JSON (RFC 7591 §2, OpenID Connect Registration §2, and members of the 2018 API).
import type { ClientMetadata } from '../domain/client.ts';

export const clientNames = {
  name: 'client_name',
  redirectUris: 'redirect_uris',
  grantTypes: 'grant_types',
  responseTypes: 'response_types',
  scope: 'scope',
  audience: 'audience',
  owner: 'owner',
  policyUri: 'policy_uri',
  tosUri: 'tos_uri',
  clientUri: 'client_uri',
  logoUri: 'logo_uri',
  contacts: 'contacts',
  subjectType: 'subject_type',
  sectorIdentifierUri: 'sector_identifier_uri',
  jwksUri: 'jwks_uri',
  jwks: 'jwks',
  tokenEndpointAuthMethod: 'token_endpoint_auth_method',
  requestUris: 'request_uris',
  requestObjectSigningAlg: 'request_object_signing_alg',
  userinfoSignedResponseAlg: 'userinfo_signed_response_alg',
  idTokenSignedResponseAlg: 'id_token_signed_response_alg',
  accessTokenStrategy: 'access_token_strategy',
  standardClaims: 'standard_claims',
  applicationType: 'application_type',
  initiateLoginUri: 'initiate_login_uri',
  defaultMaxAge: 'default_max_age',
  requireAuthTime: 'require_auth_time',
  defaultAcrValues: 'default_acr_values',
  authorizationCodeGrantAccessTokenLifespan: 'authorization_code_grant_access_token_lifespan',
  authorizationCodeGrantIdTokenLifespan: 'authorization_code_grant_id_token_lifespan',
  authorizationCodeGrantRefreshTokenLifespan: 'authorization_code_grant_refresh_token_lifespan',
  refreshTokenGrantAccessTokenLifespan: 'refresh_token_grant_access_token_lifespan',
  refreshTokenGrantIdTokenLifespan: 'refresh_token_grant_id_token_lifespan',
  refreshTokenGrantRefreshTokenLifespan: 'refresh_token_grant_refresh_token_lifespan',
  implicitGrantAccessTokenLifespan: 'implicit_grant_access_token_lifespan',
  implicitGrantIdTokenLifespan: 'implicit_grant_id_token_lifespan',
  clientCredentialsGrantAccessTokenLifespan: 'client_credentials_grant_access_token_lifespan',
} as const satisfies Record<keyof ClientMetadata, string>;

/** Whether a member of the metadata is unset. */
export const isUnset = (value: unknown): boolean =>
  value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0);
