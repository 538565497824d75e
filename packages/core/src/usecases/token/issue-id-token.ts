// The ID Token (OpenID Connect Core §2) of a grant.
import type { Grant } from '../../domain/grant.ts';
import type { JsonObject } from '../../domain/json.ts';
import { after, type EpochSeconds } from '../../domain/time.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';
import type { Random } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';

export interface IssueIdToken {
  readonly grant: Grant;
  /** '' when the request had none, and after a refresh (OpenID Connect Core §12.2). */
  readonly nonce: string;
  readonly now: EpochSeconds;
}

interface Deps {
  readonly issuer: string;
  readonly signingKeys: SigningKeys;
  readonly random: Random;
  readonly settings: Settings;
}

/** Claims of the server's own: whatever the consent app said under these names does not count. */
const idTokenClaims = ({ issuer, random, settings }: Deps, { grant, nonce, now }: IssueIdToken): JsonObject => {
  const { at_hash, c_hash, nonce: _ignored, acr: sessionAcr, ...custom } = grant.session.idToken;
  const acr = grant.acr === '' ? sessionAcr : grant.acr;
  return {
    ...custom,
    iss: issuer,
    sub: grant.subject,
    aud: [grant.clientId],
    exp: after(now, settings.idTokenLifespan),
    iat: now,
    auth_time: grant.authenticatedAt,
    rat: grant.requestedAt,
    jti: random.uuid(),
    ...(nonce === '' ? {} : { nonce }),
    ...(acr === undefined ? {} : { acr }),
  };
};

export const makeIssueIdToken =
  (deps: Deps) =>
  (command: IssueIdToken): Promise<string> =>
    deps.signingKeys.sign(idTokenClaims(deps, command), 'RS256');
