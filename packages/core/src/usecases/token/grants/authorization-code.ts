// The authorization code grant (RFC 6749 §4.1.3): find the code, check everything it is bound to, then use it up.
import { type AudienceParameters, narrowedAudience } from '../../../domain/audience.ts';
import { belongsToRegistration, type Client } from '../../../domain/client.ts';
import type { Origin } from '../../../domain/event.ts';
import type { Grant } from '../../../domain/grant.ts';
import { isCodeVerifier } from '../../../domain/pkce.ts';
import { grantsOpenId } from '../../../domain/scope.ts';
import type { AuthorizationCode, TokenKey } from '../../../domain/token.ts';
import { type OAuthError, oauthError } from '../../../errors/oauth-error.ts';
import type { EventSink } from '../../../ports/event-sink.ts';
import type { System } from '../../../ports/system.ts';
import type { FoundCode, TokenStore } from '../../../ports/token-store.ts';
import type { Settings } from '../../../settings.ts';
import type { AuthenticatedClient } from '../authenticate-client.ts';
import type { IssueIdToken } from '../issue-id-token.ts';
import type { MintAccessToken } from '../mint-access-token.ts';
import { mintPair, type TokenResponse } from '../mint-pair.ts';
import { tokenIssued } from '../token-events.ts';
import { readToken } from '../token-format.ts';
import type { TokenGrant } from '../token-grants.ts';

const grantType = 'authorization_code';

interface Deps {
  readonly issuer: string;
  readonly system: System;
  readonly settings: Settings;
  readonly tokens: TokenStore;
  readonly events: EventSink | null;
  readonly issueIdToken: (command: IssueIdToken) => Promise<string>;
  readonly mintAccessToken: MintAccessToken;
}

interface AuthorizationCodeRequest {
  readonly key: TokenKey;
  /** '' when it was not sent. */
  readonly redirectUri: string;
  /** '' when it was not sent. */
  readonly codeVerifier: string;
  /** Checked against the grant, which is not known before the code is found. */
  readonly target: AudienceParameters;
}

const misuses = {
  OAuth2AuthorizationCodeReused: 'The code was used before. The tokens issued for it have been revoked.',
  OAuth2CodeVerifierRefused: 'The code_verifier does not match the code_challenge.',
};

/** RFC 6749 §4.1.3. */
const checkBinding = ({ code, grant }: FoundCode, client: Client, redirectUri: string): void => {
  if (!belongsToRegistration(grant, client, grant.createdAt))
    throw oauthError('invalid_grant', 'The code was issued to another client.');
  if (code.redirectUri !== null && code.redirectUri !== redirectUri) {
    throw oauthError('invalid_grant', 'The redirect_uri differs from that of the authorization request.');
  }
};

export const makeAuthorizationCodeGrant = (deps: Deps): TokenGrant<AuthorizationCodeRequest> => {
  const { issuer, system, settings, tokens, events, issueIdToken } = deps;

  const keyOf = (code: string): TokenKey => {
    const read = readToken(system, code);
    if (read?.kind !== 'authorization-code')
      throw oauthError('invalid_grant', 'The code was not issued by this server.');
    return read.key;
  };

  /** RFC 7636 §4.6. */
  const provesPossession = ({ codeChallenge }: AuthorizationCode, verifier: string): boolean => {
    // RFC 9700 §4.8.2: a verifier without a challenge is a downgrade, not an extra.
    if (codeChallenge === null) return verifier === '';
    return isCodeVerifier(verifier) && system.digest.equal(system.digest.sha256(verifier), codeChallenge);
  };

  /** The client is the one that presented the code. */
  const misused = (type: keyof typeof misuses, client: Client, grant: Grant, origin: Origin): OAuthError => {
    events?.record({ type, clientId: client.id, subject: grant.subject, grantId: grant.id, origin });
    return oauthError('invalid_grant', misuses[type]);
  };

  const run = async (
    client: AuthenticatedClient,
    { key, redirectUri, codeVerifier, target }: AuthorizationCodeRequest,
    origin: Origin,
  ): Promise<TokenResponse> => {
    const now = system.clock.now();
    const found = await tokens.findCode(key, now);
    if (!found) throw oauthError('invalid_grant', 'The code is unknown, expired or revoked.');
    const { code, grant } = found;
    if (found.used) {
      // RFC 6749 §4.1.2: redeeming a used code revokes every token issued from it.
      await tokens.redeemCode(key, [], now);
      throw misused('OAuth2AuthorizationCodeReused', client, grant, origin);
    }
    checkBinding(found, client, redirectUri);
    if (!provesPossession(code, codeVerifier)) {
      // A wrong verifier means that somebody else has the code. The code is used up, so nobody can guess again.
      await tokens.redeemCode(key, [], now);
      throw misused('OAuth2CodeVerifierRefused', client, grant, origin);
    }
    const audience = narrowedAudience(target, grant.audience, issuer);
    // Signed before the code is used up: a key that cannot sign costs a retry, not the code.
    const pair = await mintPair(deps, { client, grant, grantType }, { scope: null, audience }, now);
    const idToken = grantsOpenId(grant.scope)
      ? await issueIdToken({ client, grant, grantType, nonce: code.nonce, now })
      : undefined;
    if ((await tokens.redeemCode(key, pair.records, now)) !== 'redeemed')
      throw misused('OAuth2AuthorizationCodeReused', client, grant, origin);
    const response: TokenResponse = {
      accessToken: pair.accessToken,
      expiresIn: pair.expiresIn,
      scope: grant.scope,
      subject: grant.subject,
      ...(pair.refreshToken === null ? {} : { refreshToken: pair.refreshToken }),
      ...(idToken === undefined ? {} : { idToken }),
    };
    events?.record(tokenIssued({ grantType, client, grant, settings, origin }, response));
    return response;
  };
  return {
    grantType,
    needsConfidentialClient: false,
    refuseClient: 'first',
    parse(parameters) {
      const { code = '', redirect_uri: redirectUri = '', code_verifier: codeVerifier = '' } = parameters;
      const { audience = '', resource = '' } = parameters;
      // RFC 6749 §5.2.
      if (code === '') throw oauthError('invalid_request', 'The parameter "code" is missing.');
      return { key: keyOf(code), redirectUri, codeVerifier, target: { audience, resource } };
    },
    run,
  };
};
