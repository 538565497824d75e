// Access tokens, opaque or as JWTs (RFC 9068). Either way the store keeps the same small row, so that both are revoked,
// introspected and cleaned alike.
import type { Client } from '../../domain/client.ts';
import type { Grant } from '../../domain/grant.ts';
import { asHashed } from '../../domain/hashed.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import type { AccessTokenStrategy } from '../../domain/token.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';
import type { System } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import { generateSortableId } from '../sortable-id.ts';
import { type MintedToken, mintToken } from './token-format.ts';

export interface NewAccessToken {
  readonly client: Client;
  /** null for the client's own token. */
  readonly grant: Grant | null;
  readonly scope: readonly string[];
  /** Empty when nothing was asked for. */
  readonly audience: readonly string[];
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
}

/** What the client registered, or else the server's default. */
export const formatFor = (
  { metadata }: Client,
  { accessTokenStrategy }: Pick<Settings, 'accessTokenStrategy'>,
): AccessTokenStrategy => ((metadata.accessTokenStrategy ?? accessTokenStrategy) === 'jwt' ? 'jwt' : 'opaque');

export type MintAccessToken = (token: NewAccessToken) => Promise<MintedToken>;

interface Deps {
  readonly issuer: string;
  readonly signingKeys: SigningKeys;
  readonly system: System;
  readonly settings: Settings;
}

/** Size in bytes of the random part of a JWT's `jti`, which follows the grant's id. */
const ownBytes = 16;

/** Claims that only the server sets. Values from the consent app under these names are dropped. */
const own = new Set(['iss', 'sub', 'aud', 'client_id', 'exp', 'iat', 'nbf', 'jti', 'scope', 'scp', 'auth_time', 'acr']);

/** RFC 9068 §2.2; `nbf`, `scp` and the members of the session, next to the registered ones, are as in the 2018 API. */
const accessTokenClaims = (
  issuer: string,
  jti: string,
  { client, grant, scope, audience, issuedAt, expiresAt }: NewAccessToken,
): JsonObject => {
  const claims: Record<string, JsonValue | undefined> = {};
  const said = grant?.session.accessToken ?? {};
  for (const name in said) if (!own.has(name)) claims[name] = said[name];
  claims.iss = issuer;
  // RFC 9068 §5: the client's own identifier of the person, so that clients cannot correlate people.
  claims.sub = grant?.subjectIdentifier ?? client.id;
  // RFC 9068 §3: where the request names no resource, a default one.
  claims.aud = audience.length > 0 ? audience : [issuer];
  claims.client_id = client.id;
  claims.exp = expiresAt;
  claims.iat = issuedAt;
  claims.nbf = issuedAt;
  claims.jti = jti;
  if (scope.length > 0) claims.scope = scope.join(' ');
  claims.scp = scope;
  if (grant) claims.auth_time = grant.authenticatedAt;
  if (grant && grant.acr !== null) claims.acr = grant.acr;
  return claims;
};

export const makeMintAccessToken = ({ issuer, signingKeys, system, settings }: Deps): MintAccessToken => {
  const alg = settings.accessTokenSigningAlg ?? settings.idTokenSigningAlg;
  return async (token) => {
    const grantId = token.grant?.id ?? generateSortableId(system);
    if (formatFor(token.client, settings) !== 'jwt') return mintToken(system, 'access-token', grantId);
    const jti = `${grantId}${system.random.base64url(ownBytes)}`;
    const secret = await signingKeys.sign(accessTokenClaims(issuer, jti, token), alg, 'at+jwt');
    return { secret, key: { grantId, hash: asHashed(system.digest.sha256(secret)) } };
  };
};
