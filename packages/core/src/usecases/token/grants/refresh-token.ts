// The refresh token grant (RFC 6749 §6) with rotation (RFC 9700 §4.14.2). A repeat within the grace period gets the
// same successors again, so that a lost response or a double click logs nobody out. A later repeat revokes the grant.
import { type AudienceParameters, narrowedAudience } from '../../../domain/audience.ts';
import { belongsToRegistration } from '../../../domain/client.ts';
import type { DomainEvent, Origin } from '../../../domain/event.ts';
import type { Grant } from '../../../domain/grant.ts';
import { grantsOpenId, readScope } from '../../../domain/scope.ts';
import { after, type EpochSeconds, seconds } from '../../../domain/time.ts';
import type { TokenKey } from '../../../domain/token.ts';
import { type OAuthError, oauthError } from '../../../errors/oauth-error.ts';
import type { EventSink } from '../../../ports/event-sink.ts';
import type { Cipher, System } from '../../../ports/system.ts';
import type { FoundToken, TokenStore } from '../../../ports/token-store.ts';
import type { Settings } from '../../../settings.ts';
import type { AuthenticatedClient } from '../authenticate-client.ts';
import type { IssueIdToken } from '../issue-id-token.ts';
import type { MintAccessToken } from '../mint-access-token.ts';
import { mintPair, type TokenResponse } from '../mint-pair.ts';
import { tokenIssued } from '../token-events.ts';
import { readToken } from '../token-format.ts';
import type { TokenGrant } from '../token-grants.ts';

const grantType = 'refresh_token';

interface Deps {
  readonly issuer: string;
  readonly system: System;
  readonly settings: Settings;
  readonly tokens: TokenStore;
  readonly events: EventSink | null;
  readonly issueIdToken: (command: IssueIdToken) => Promise<string>;
  readonly mintAccessToken: MintAccessToken;
}

interface RefreshRequest {
  readonly presented: string;
  readonly key: TokenKey;
  /** Empty for everything that was granted. */
  readonly scope: readonly string[];
  /** Checked against the grant, which is not known before the token is found. */
  readonly target: AudienceParameters;
}

/** The response of one rotation. Sealed under the token that was rotated. */
interface Successors {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly scope: readonly string[];
  /** Absent in what earlier versions sealed. */
  readonly audience?: readonly string[];
  readonly expiresAt: EpochSeconds;
}

const checked = (found: FoundToken | undefined, client: AuthenticatedClient): Grant => {
  if (found?.owner !== 'grant' || found.token.kind !== 'refresh') {
    throw oauthError('invalid_grant', 'The refresh token is unknown, expired or revoked.');
  }
  if (!belongsToRegistration(found.grant, client, found.grant.createdAt))
    throw oauthError('invalid_grant', 'The refresh token was issued to another client.');
  return found.grant;
};

/** RFC 6749 §6: no more than was granted. null for everything that was granted. */
const narrowed = (grant: Grant, scope: readonly string[]): readonly string[] | null => {
  const excess = scope.find((wanted) => !grant.scope.includes(wanted));
  if (excess !== undefined) throw oauthError('invalid_scope', `The scope "${excess}" was not granted.`);
  return scope.length === 0 ? null : scope;
};

const opened = (cipher: Cipher, presented: string, sealed: string): Successors =>
  JSON.parse(cipher.openUnder(presented, sealed));

const sameList = (one: readonly string[] = [], other: readonly string[] = []): boolean =>
  one.length === other.length && one.every((entry) => other.includes(entry));

const tokenPresented = (
  type: 'OAuth2RefreshTokenRepeated' | 'OAuth2RefreshTokenReused',
  { id: clientId }: AuthenticatedClient,
  { subject, id: grantId }: Grant,
  origin: Origin,
): DomainEvent => ({ type, clientId, subject, grantId, origin });

/** A repeat gets the tokens of the first request, so it must ask for the same. */
const checkRepeat = (handedOut: Successors, fresh: Successors): void => {
  if (!sameList(handedOut.scope, fresh.scope)) {
    throw oauthError('invalid_scope', 'The refresh token was just used for another scope.');
  }
  if (!sameList(handedOut.audience, fresh.audience)) {
    throw oauthError('invalid_target', 'The refresh token was just used for another audience.');
  }
};

export const makeRefreshTokenGrant = (deps: Deps): TokenGrant<RefreshRequest> => {
  const { issuer, system, settings, tokens, events, issueIdToken } = deps;

  const keyOf = (refreshToken: string): TokenKey => {
    const read = readToken(system, refreshToken);
    if (read?.kind !== 'refresh-token') {
      throw oauthError('invalid_grant', 'The refresh token was not issued by this server.');
    }
    return read.key;
  };

  const reused = (client: AuthenticatedClient, grant: Grant, origin: Origin): OAuthError => {
    events?.record(tokenPresented('OAuth2RefreshTokenReused', client, grant, origin));
    return oauthError('invalid_grant', 'The refresh token was used before. The grant has been revoked.');
  };

  const run = async (client: AuthenticatedClient, request: RefreshRequest, origin: Origin): Promise<TokenResponse> => {
    const { presented, key } = request;
    const now = system.clock.now();
    const grant = checked(await tokens.findToken(key, now), client);
    const scope = narrowed(grant, request.scope);
    const audience = narrowedAudience(request.target, grant.audience, issuer);
    // Signed before anything changes: a key that cannot sign costs a retry, not the token.
    const pair = await mintPair(deps, { client, grant, grantType }, { scope, audience }, now);
    const fresh: Successors = {
      accessToken: pair.accessToken,
      refreshToken: pair.refreshToken ?? '',
      scope: scope ?? grant.scope,
      audience: audience ?? grant.audience,
      expiresAt: after(now, pair.expiresIn),
    };
    const idToken = grantsOpenId(fresh.scope)
      ? await issueIdToken({ client, grant, grantType, nonce: null, now }) // OpenID Connect Core §12.2: without a nonce.
      : undefined;
    const grace = seconds(Math.min(settings.refreshGrace, pair.expiresIn));
    const sealed = grace > 0 ? system.cipher.sealUnder(presented, JSON.stringify(fresh)) : '';
    const result = await tokens.rotateRefreshToken(key, { successors: pair.records, sealed, grace }, now);
    if (result.outcome === 'reused') throw reused(client, grant, origin);
    if (result.outcome === 'missing') throw oauthError('invalid_grant', 'The refresh token is expired or revoked.');
    const handedOut = result.outcome === 'rotated' ? fresh : opened(system.cipher, presented, result.sealed);
    checkRepeat(handedOut, fresh);
    const response: TokenResponse = {
      accessToken: handedOut.accessToken,
      expiresIn: handedOut.expiresAt - now,
      scope: handedOut.scope,
      subject: grant.subject,
      refreshToken: handedOut.refreshToken,
      ...(idToken === undefined ? {} : { idToken }),
    };
    events?.record(
      result.outcome === 'rotated'
        ? tokenIssued({ grantType, client, grant, settings, origin }, response)
        : tokenPresented('OAuth2RefreshTokenRepeated', client, grant, origin),
    );
    return response;
  };
  return {
    grantType,
    needsConfidentialClient: false,
    refuseClient: 'first',
    parse(parameters) {
      const { refresh_token: presented = '', scope = '', audience = '', resource = '' } = parameters;
      // RFC 6749 §5.2.
      if (presented === '') throw oauthError('invalid_request', 'The parameter "refresh_token" is missing.');
      return { presented, key: keyOf(presented), scope: readScope(scope), target: { audience, resource } };
    },
    run,
  };
};
