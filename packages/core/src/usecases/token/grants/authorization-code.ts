// The authorization code grant (RFC 6749 §4.1.3): find the code, check all that binds it, then use it up.
import { narrowedAudience } from '../../../domain/audience.ts';
import { allowsGrantType, isOf } from '../../../domain/client.ts';
import { isCodeVerifier } from '../../../domain/pkce.ts';
import { grantsOpenId } from '../../../domain/scope.ts';
import type { AuthorizationCode, TokenKey } from '../../../domain/token.ts';
import { oauthError } from '../../../errors/oauth-error.ts';
import type { System } from '../../../ports/system.ts';
import type { TokenStore } from '../../../ports/token-store.ts';
import type { Settings } from '../../../settings.ts';
import type { TokenGrant } from '../exchange-token.ts';
import type { IssueIdToken } from '../issue-id-token.ts';
import { mintPair } from '../issue-tokens.ts';
import type { MintAccessToken } from '../mint-access-token.ts';
import { readToken } from '../token-format.ts';

interface Deps {
  readonly issuer: string;
  readonly system: System;
  readonly settings: Settings;
  readonly tokens: TokenStore;
  readonly issueIdToken: (command: IssueIdToken) => Promise<string>;
  readonly mintAccessToken: MintAccessToken;
}

export const makeAuthorizationCodeGrant = (deps: Deps): TokenGrant => {
  const { issuer, system, settings, tokens, issueIdToken } = deps;

  const keyOf = (code: string): TokenKey => {
    const read = readToken(system, code);
    if (read?.kind !== 'authorization-code') throw oauthError('invalid_grant', 'The code is not one of this server.');
    return read.key;
  };

  /** RFC 7636 §4.6. */
  const provesPossession = ({ codeChallenge }: AuthorizationCode, verifier: string): boolean => {
    // RFC 9700 §4.8.2: a verifier without a challenge is a downgrade, not an extra.
    if (codeChallenge === '') return verifier === '';
    return isCodeVerifier(verifier) && system.digest.equal(system.digest.sha256(verifier), codeChallenge);
  };

  return async (client, parameters) => {
    if (!allowsGrantType(client, 'authorization_code')) {
      throw oauthError('unauthorized_client', 'The client is not registered for the grant type authorization_code.');
    }
    // RFC 6749 §5.2.
    if (!parameters.code) throw oauthError('invalid_request', 'The parameter "code" is missing.');
    const key = keyOf(parameters.code);
    const now = system.clock.now();
    const found = await tokens.findCode(key, now);
    if (!found) throw oauthError('invalid_grant', 'The code is unknown, expired or revoked.');
    const { code, grant } = found;
    if (found.used) {
      // RFC 6749 §4.1.2: whoever presents it again, all that it bought is revoked.
      await tokens.redeemCode(key, [], now);
      throw oauthError('invalid_grant', 'The code was used before; the tokens it bought are revoked.');
    }
    if (!isOf(client, grant, grant.createdAt))
      throw oauthError('invalid_grant', 'The code was issued to another client.');
    if (code.redirectUri !== '' && code.redirectUri !== (parameters.redirect_uri ?? '')) {
      throw oauthError('invalid_grant', 'The redirect_uri is not the one of the authorization request.');
    }
    if (!provesPossession(code, parameters.code_verifier ?? '')) {
      // One guess: a code that met a wrong verifier is in wrong hands.
      await tokens.redeemCode(key, [], now);
      throw oauthError('invalid_grant', 'The code_verifier does not fit the code_challenge.');
    }
    const audience = narrowedAudience(parameters, grant.audience, issuer);
    // Signed before the code is used up: a key that cannot sign costs a retry, not the code.
    const pair = await mintPair(deps, { client, grant }, { scope: null, audience }, now);
    const idToken = grantsOpenId(grant.scope)
      ? await issueIdToken({ client, grant, nonce: code.nonce, now })
      : undefined;
    if ((await tokens.redeemCode(key, pair.records, now)) !== 'redeemed') {
      throw oauthError('invalid_grant', 'The code was used before; the tokens it bought are revoked.');
    }
    return {
      accessToken: pair.accessToken,
      expiresIn: settings.accessTokenLifespan,
      scope: grant.scope,
      ...(pair.refreshToken === null ? {} : { refreshToken: pair.refreshToken }),
      ...(idToken === undefined ? {} : { idToken }),
    };
  };
};
