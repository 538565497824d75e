// Clients as they travel (2018 API: OAuth2Client).
import {
  type Client,
  type ClientMetadata,
  clientNames,
  emptyClientMetadata,
  goDurationText,
  isUnset,
  lifespanMembers,
  oauthError,
  type ProposedMetadata,
  parseGoDuration,
  type Seconds,
} from '@claviger/core';
import Type, { type Static } from 'typebox';
import { nullable, optionalFlag, optionalInteger, optionalText, optionalTexts } from '../../json/nullable.ts';
import { memberSchemas, object, type Schema } from '../../openapi/operation.ts';
import { fromJwkSet, jwkSetBody, toJwkSet } from './jwk.wire.ts';

const lifespan = (token: string, grant: string) =>
  optionalText(`Lifespan of ${token} from the grant \`${grant}\`, such as \`1h30m\`. Empty: the server's default.`);

const lifespans = {
  authorization_code_grant_access_token_lifespan: lifespan('access tokens', 'authorization_code'),
  authorization_code_grant_id_token_lifespan: lifespan('ID tokens', 'authorization_code'),
  authorization_code_grant_refresh_token_lifespan: lifespan('refresh tokens', 'authorization_code'),
  refresh_token_grant_access_token_lifespan: lifespan('access tokens', 'refresh_token'),
  refresh_token_grant_id_token_lifespan: lifespan('ID tokens', 'refresh_token'),
  refresh_token_grant_refresh_token_lifespan: lifespan('refresh tokens', 'refresh_token'),
  implicit_grant_access_token_lifespan: lifespan('access tokens', 'implicit'),
  implicit_grant_id_token_lifespan: lifespan('ID tokens', 'implicit'),
  client_credentials_grant_access_token_lifespan: lifespan('access tokens', 'client_credentials'),
};

/** Unknown members are ignored. */
export const clientBody = Type.Object(
  {
    client_id: optionalText('The identifier. The server generates one if you leave it out. It cannot change later.'),
    client_secret: optionalText(
      'If you leave it out, the server generates a strong one. It is shown only in the answer to the request that sets it.',
    ),
    client_secret_expires_at: optionalInteger('Always 0: secrets do not expire.'),
    client_name: optionalText('The name that users see.'),
    redirect_uris: optionalTexts('Where browsers may be sent back to: complete URIs without a fragment.'),
    grant_types: optionalTexts(
      '`authorization_code`, `implicit`, `refresh_token`, `client_credentials`. Empty: `authorization_code`.',
    ),
    response_types: optionalTexts('Allowed combinations, such as `code` or `code id_token`. Empty: `code`.'),
    scope: optionalText('The scopes that the client may request, separated by spaces.'),
    audience: optionalTexts('The APIs that the client may request access tokens for.'),
    owner: optionalText('Free text for the operator.'),
    policy_uri: optionalText('The privacy policy, for the consent page.'),
    tos_uri: optionalText('The terms of service, for the consent page.'),
    client_uri: optionalText('The home page, for the consent page.'),
    logo_uri: optionalText('The logo, for the consent page.'),
    contacts: optionalTexts('Whom to ask about the client.'),
    subject_type: optionalText('`public` or `pairwise` (OpenID Connect Core §8).'),
    sector_identifier_uri: optionalText('An https URL with the redirect URIs of all clients of the sector.'),
    jwks_uri: optionalText("Where the client's public keys are."),
    jwks: nullable(jwkSetBody),
    token_endpoint_auth_method: optionalText(
      '`client_secret_basic` (default), `client_secret_post`, `client_secret_jwt`, `private_key_jwt`, or `none`.',
    ),
    request_uris: optionalTexts('The allowed values of `request_uri`.'),
    request_object_signing_alg: optionalText('The algorithm that request objects must be signed with.'),
    userinfo_signed_response_alg: optionalText('`none` for JSON (default), else the algorithm of the signed JWT.'),
    id_token_signed_response_alg: optionalText("The algorithm of ID tokens. Empty: the server's default."),
    access_token_strategy: optionalText("`opaque` or `jwt`. Empty: the server's default."),
    standard_claims: optionalText("Where claims of scopes appear: `both` or `userinfo`. Empty: the server's default."),
    application_type: optionalText('`web` or `native`. Empty counts as `web`.'),
    initiate_login_uri: optionalText('Where others can begin a login (OpenID Connect Core §4).'),
    default_max_age: optionalInteger('Seconds: `max_age` of requests without one.'),
    require_auth_time: optionalFlag('Kept as registered: every ID token has `auth_time`.'),
    default_acr_values: optionalTexts('`acr_values` of requests without any.'),
    ...lifespans,
  },
  { title: 'OAuth2ClientBody' },
);

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
  ...lifespanMembers,
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

const always = members.filter((member) => !omittedWhenEmpty.has(member));

/** The JSON that the two functions below write. A list that a request left out is null in the reply to that request. */
export const clientSchema: Schema = object(
  'OAuth2Client',
  'A registered client (RFC 7591 §2, OpenID Connect Registration §2).',
  Object.fromEntries(
    Object.entries(memberSchemas(clientBody)).map(([name, { nullable: _, ...schema }]) => {
      const mayBeNull = always.some((member) => listMembers.has(member) && clientNames[member] === name);
      return [name, mayBeNull ? { ...schema, nullable: true } : schema];
    }),
  ),
  ['client_id', ...always.map((member) => clientNames[member]), 'client_secret_expires_at'],
);

const ofLifespans = new Set<keyof ClientMetadata>(lifespanMembers);

const toSeconds = (name: string, text: string): Seconds => {
  const value = parseGoDuration(text);
  if (value !== undefined) return value;
  throw oauthError('invalid_request', `${name} must be a duration in whole seconds, such as 30s, 10m or 1h30m.`);
};

/** null, '' and absent members are unset. Throws invalid_request for a lifespan that is not one. */
export const toClientMetadata = (body: ClientBody): ProposedMetadata => {
  const given = members.map((member) => {
    const name = clientNames[member];
    const value = body[name] ?? '';
    if (value === '') return [member, emptyClientMetadata[member]];
    return [member, ofLifespans.has(member) ? toSeconds(name, String(value)) : value];
  });
  return { ...(Object.fromEntries(given) as ProposedMetadata), jwks: body.jwks ? toJwkSet(body.jwks) : null };
};

const shown = (member: keyof ClientMetadata, value: unknown): unknown =>
  ofLifespans.has(member) ? goDurationText(value as Seconds) : (value ?? '');

/** Never with a secret. */
export const fromClient = ({ id, metadata }: Client): Record<string, unknown> => ({
  client_id: id,
  ...Object.fromEntries(
    members
      .filter((member) => !(omittedWhenEmpty.has(member) && isUnset(metadata[member])))
      .map((member) => [clientNames[member], shown(member, metadata[member])]),
  ),
  ...(metadata.jwks ? { jwks: fromJwkSet(metadata.jwks.keys) } : {}),
  client_secret_expires_at: 0,
});

/** The answer to create and update: lists that the request left out are null, and the secret is there this once. */
export const fromSavedClient = (
  client: Client,
  body: ClientBody,
  secret: string | undefined,
): Record<string, unknown> => ({
  ...fromClient(client),
  ...Object.fromEntries(
    members
      .filter((member) => listMembers.has(member) && !omittedWhenEmpty.has(member))
      .map((member) => [clientNames[member], body[clientNames[member]] ? client.metadata[member] : null]),
  ),
  ...(secret === undefined ? {} : { client_secret: secret }),
});
