// The ID Token (OpenID Connect Core §2) of a grant.
import type { Client } from '../../domain/client.ts';
import { idTokenLifespan } from '../../domain/client-lifespans.ts';
import type { Grant } from '../../domain/grant.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { hashBitsOf, type SigningAlgorithm } from '../../domain/server-signing-algorithms.ts';
import { after, type EpochSeconds } from '../../domain/time.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';
import type { Digest, Random } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';

export interface IssueIdToken {
  /** Whose grant it is. */
  readonly client: Client;
  readonly grant: Grant;
  /** Which of the client's lifespans applies. */
  readonly grantType: 'authorization_code' | 'refresh_token' | 'implicit';
  /** null when the request had none, and after a refresh (OpenID Connect Core §12.2). */
  readonly nonce: string | null;
  readonly now: EpochSeconds;
  /** The token and code of the same response. The ID token contains their hashes (OpenID Connect Core §3.3.2.11). */
  readonly beside?: { readonly accessToken: string | null; readonly code: string | null };
}

interface Deps {
  readonly issuer: string;
  readonly signingKeys: SigningKeys;
  readonly random: Random;
  readonly digest: Digest;
  readonly settings: Settings;
}

/** Claims that only the server sets. Values from the consent app under these names are dropped. */
const own = new Set(['at_hash', 'c_hash', 'nonce', 'acr']);

const idTokenClaims = (
  { issuer, random, digest, settings }: Deps,
  command: IssueIdToken,
  alg: SigningAlgorithm,
): JsonObject => {
  const { client, grant, grantType, nonce, now, beside } = command;
  const said = grant.session.idToken;
  const claims: Record<string, JsonValue | undefined> = {};
  const elsewhere = grant.userinfoClaims;
  for (const name in said) if (!own.has(name) && !elsewhere?.includes(name)) claims[name] = said[name];
  const leftHalf = (text: string): string => digest.leftHalf(hashBitsOf(alg), text);
  claims.iss = issuer;
  claims.sub = grant.subjectIdentifier;
  claims.aud = [grant.clientId];
  claims.exp = after(now, idTokenLifespan(client, grantType, settings));
  claims.iat = now;
  claims.auth_time = grant.authenticatedAt;
  claims.rat = grant.requestedAt;
  claims.jti = random.uuid();
  if (nonce !== null) claims.nonce = nonce;
  const acr = grant.acr ?? said.acr;
  if (acr !== undefined) claims.acr = acr;
  // OpenID Connect Core §3.2.2.9 and §3.3.2.11: half of the hash that the signature's algorithm uses.
  if (beside?.accessToken) claims.at_hash = leftHalf(beside.accessToken);
  if (beside?.code) claims.c_hash = leftHalf(beside.code);
  return claims;
};

export const makeIssueIdToken =
  (deps: Deps) =>
  (command: IssueIdToken): Promise<string> => {
    const alg = command.client.metadata.idTokenSignedResponseAlg ?? deps.settings.idTokenSigningAlg;
    return deps.signingKeys.sign(idTokenClaims(deps, command, alg), alg, 'JWT');
  };
