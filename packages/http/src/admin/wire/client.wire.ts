// Clients as they travel (2018 API: OAuth2Client).
import { type Client, type ClientMetadata, clientNames, emptyClientMetadata, isUnset } from '@claviger/core';
import Type, { type Static } from 'typebox';
import { integer, nullable } from '../../json/nullable.ts';
import { fromJwkSet, jwkSetBody, toJwkSet } from './jwk.wire.ts';

const text = nullable(Type.String());
const list = nullable(Type.Array(Type.String()));

/** Unknown members are ignored. */
export const clientBody = Type.Object({
  client_id: text,
  client_secret: text,
  client_secret_expires_at: nullable(integer),
  client_name: text,
  redirect_uris: list,
  grant_types: list,
  response_types: list,
  scope: text,
  audience: list,
  owner: text,
  policy_uri: text,
  tos_uri: text,
  client_uri: text,
  logo_uri: text,
  contacts: list,
  subject_type: text,
  sector_identifier_uri: text,
  jwks_uri: text,
  jwks: nullable(jwkSetBody),
  token_endpoint_auth_method: text,
  request_uris: list,
  request_object_signing_alg: text,
  userinfo_signed_response_alg: text,
  id_token_signed_response_alg: text,
  access_token_strategy: text,
  standard_claims: text,
  application_type: text,
  initiate_login_uri: text,
  default_max_age: nullable(integer),
  require_auth_time: nullable(Type.Boolean()),
  default_acr_values: list,
});

export type ClientBody = Static<typeof clientBody>;

type WireName = (typeof clientNames)[keyof ClientMetadata];
type OwnName = 'client_id' | 'client_secret' | 'client_secret_expires_at';
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

/** Fails to compile when the schema and the table name different members. */
export const clientBodyIsComplete: Same<keyof ClientBody, WireName | OwnName> = true;

/** Omitted when empty: members that the 2018 API omits, and members that it did not have. */
const omittedWhenEmpty = new Set<keyof ClientMetadata>([
  'sectorIdentifierUri',
  'jwksUri',
  'jwks',
  'requestUris',
  'requestObjectSigningAlg',
  'audience',
  'idTokenSignedResponseAlg',
  'accessTokenStrategy',
  'standardClaims',
  'applicationType',
  'initiateLoginUri',
  'defaultMaxAge',
  'requireAuthTime',
  'defaultAcrValues',
]);

const listMembers = new Set<keyof ClientMetadata>([
  'redirectUris',
  'grantTypes',
  'responseTypes',
  'contacts',
  'requestUris',
  'audience',
  'defaultAcrValues',
]);

const members = Object.keys(clientNames) as (keyof ClientMetadata)[];

export const toClientMetadata = (body: ClientBody): ClientMetadata => {
  const given = members.map((member) => [member, body[clientNames[member]] ?? emptyClientMetadata[member]]);
  return { ...(Object.fromEntries(given) as ClientMetadata), jwks: body.jwks ? toJwkSet(body.jwks) : null };
};

/** Never with a secret. */
export const fromClient = ({ id, metadata }: Client): Record<string, unknown> => ({
  client_id: id,
  ...Object.fromEntries(
    members
      .filter((member) => !(omittedWhenEmpty.has(member) && isUnset(metadata[member])))
      .map((member) => [clientNames[member], metadata[member]]),
  ),
  ...(metadata.jwks ? { jwks: fromJwkSet(metadata.jwks.keys) } : {}),
  client_secret_expires_at: 0,
});

/** The answer to create and update: lists that the request left out are null, and the secret is there this once. */
export const fromSavedClient = (client: Client, body: ClientBody, secret: string): Record<string, unknown> => ({
  ...fromClient(client),
  ...Object.fromEntries(
    members
      .filter((member) => listMembers.has(member) && !omittedWhenEmpty.has(member))
      .map((member) => [clientNames[member], body[clientNames[member]] ? client.metadata[member] : null]),
  ),
  ...(secret === '' ? {} : { client_secret: secret }),
});
