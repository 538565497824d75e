// The ID Token (OpenID Connect Core §2) of a grant.
import type { Client } from '../../domain/client.ts';
import type { Grant } from '../../domain/grant.ts';
import type { JsonObject } from '../../domain/json.ts';
import { asSigningAlgorithm, hashBitsOf, type SigningAlgorithm } from '../../domain/signing-algorithm.ts';
import { after, type EpochSeconds } from '../../domain/time.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';
import type { Digest, Random } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';

export interface IssueIdToken {
  /** Whose grant it is. */
  readonly client: Client;
  readonly grant: Grant;
  /** '' when the request had none, and after a refresh (OpenID Connect Core §12.2). */
  readonly nonce: string;
  readonly now: EpochSeconds;
  /** What the same response carries: the ID token vouches for it (OpenID Connect Core §3.3.2.11). '' for nothing. */
  readonly beside?: { readonly accessToken: string; readonly code: string };
}

interface Deps {
  readonly issuer: string;
  readonly signingKeys: SigningKeys;
  readonly random: Random;
  readonly digest: Digest;
  readonly settings: Settings;
}

/** Claims of the server's own: whatever the consent app said under these names does not count. */
const idTokenClaims = (
  { issuer, random, digest, settings }: Deps,
  command: IssueIdToken,
  alg: SigningAlgorithm,
): JsonObject => {
  const { grant, nonce, now, beside = { accessToken: '', code: '' } } = command;
  const { at_hash, c_hash, nonce: _ignored, acr: sessionAcr, ...custom } = grant.session.idToken;
  const leftHalf = (text: string): string => digest.leftHalf(hashBitsOf(alg), text);
  const acr = grant.acr === '' ? sessionAcr : grant.acr;
  return {
    ...custom,
    iss: issuer,
    sub: grant.subjectIdentifier,
    aud: [grant.clientId],
    exp: after(now, settings.idTokenLifespan),
    iat: now,
    auth_time: grant.authenticatedAt,
    rat: grant.requestedAt,
    jti: random.uuid(),
    ...(nonce === '' ? {} : { nonce }),
    ...(acr === undefined ? {} : { acr }),
    // OpenID Connect Core §3.2.2.9 and §3.3.2.11: half of the hash that the signature's algorithm uses.
    ...(beside.accessToken === '' ? {} : { at_hash: leftHalf(beside.accessToken) }),
    ...(beside.code === '' ? {} : { c_hash: leftHalf(beside.code) }),
  };
};

export const makeIssueIdToken =
  (deps: Deps) =>
  (command: IssueIdToken): Promise<string> => {
    const alg = asSigningAlgorithm(command.client.metadata.idTokenSignedResponseAlg) ?? deps.settings.idTokenSigningAlg;
    return deps.signingKeys.sign(idTokenClaims(deps, command, alg), alg, 'JWT');
  };
