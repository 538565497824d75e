// Issues the result of an accepted consent: the grant, and the code and tokens that the response type requests.
import type { AuthorizationRequest } from '../../domain/authorization-request.ts';
import { claimsForUserinfo, requiredAcrValues } from '../../domain/claims-request.ts';
import type { Client } from '../../domain/client.ts';
import { accessTokenLifespan } from '../../domain/client-lifespans.ts';
import type { Origin } from '../../domain/event.ts';
import type { ConsentAcceptance, Flow, LoginAcceptance } from '../../domain/flow.ts';
import type { Grant } from '../../domain/grant.ts';
import { issuesOf } from '../../domain/response-type.ts';
import { grantsOpenId } from '../../domain/scope.ts';
import { after, type EpochSeconds } from '../../domain/time.ts';
import type { AuthorizationCode, GrantToken } from '../../domain/token.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { System } from '../../ports/system.ts';
import type { TokenStore } from '../../ports/token-store.ts';
import type { Settings } from '../../settings.ts';
import { generateSortableId } from '../sortable-id.ts';
import type { IdentifySubject } from '../subject-identifier.ts';
import type { IssueIdToken } from '../token/issue-id-token.ts';
import type { MintAccessToken } from '../token/mint-access-token.ts';
import { tokenIssued } from '../token/token-events.ts';
import { mintToken } from '../token/token-format.ts';

/** null for values that were not requested. */
export interface AuthorizationAnswer {
  readonly request: AuthorizationRequest;
  /** The person, for logs. Not sent. */
  readonly subject: string;
  readonly scope: readonly string[];
  readonly code: string | null;
  readonly accessToken: string | null;
  /** Lifespan of the access token in seconds. */
  readonly expiresIn: number;
  readonly idToken: string | null;
}

/** A flow whose login and consent were both accepted. */
export interface Accepted {
  readonly flow: Flow;
  readonly login: LoginAcceptance;
  readonly consent: ConsentAcceptance;
  /** For the events. */
  readonly origin: Origin;
}

export type IssueResponse = (accepted: Accepted, client: Client, now: EpochSeconds) => Promise<AuthorizationAnswer>;

interface Deps {
  readonly system: System;
  readonly settings: Settings;
  readonly tokens: TokenStore;
  readonly events: EventSink | null;
  readonly issueIdToken: (command: IssueIdToken) => Promise<string>;
  readonly mintAccessToken: MintAccessToken;
  readonly identifySubject: IdentifySubject;
}

interface Issuing {
  readonly grant: Grant;
  readonly client: Client;
  readonly request: AuthorizationRequest;
  readonly now: EpochSeconds;
}

/** What is sent, and what is stored of it. */
interface Issued extends Pick<AuthorizationAnswer, 'code' | 'accessToken' | 'idToken'> {
  readonly codeRecord: AuthorizationCode | null;
  readonly tokenRecords: readonly GrantToken[];
}

/** OpenID Connect Core §5.5.1.1: authentication fails if it does not reach an essential `acr`. */
const checkAcr = ({ flow, consent }: Accepted, acr: string | null): void => {
  const required = requiredAcrValues(flow.request.context.claims);
  const reached = acr ?? consent.session.idToken.acr;
  if (required.length > 0 && !required.some((value) => value === reached)) {
    throw oauthError(
      'unmet_authentication_requirements',
      'The login did not satisfy any "acr" value that the request requires.',
    );
  }
};

const recordIssued = (
  events: EventSink,
  { code, accessToken, idToken }: AuthorizationAnswer,
  issued: Omit<Parameters<typeof tokenIssued>[0], 'grantType' | 'grant'> & { readonly grant: Grant },
): void => {
  const { client, grant, origin } = issued;
  const act = { clientId: client.id, subject: grant.subject, grantId: grant.id, origin };
  if (code !== null) events.record({ type: 'OAuth2AuthorizationCodeIssued', ...act });
  if (accessToken !== null) {
    events.record(tokenIssued({ grantType: 'implicit', ...issued }, idToken === null ? {} : { idToken }));
  } else if (idToken !== null) events.record({ type: 'OIDCIdentityTokenIssued', ...act });
};

/**
 * Throws access_denied if an ID token was requested but `openid` was not granted, and
 * unmet_authentication_requirements.
 */
export const makeIssueResponse = (deps: Deps): IssueResponse => {
  const { system, settings, tokens, events, issueIdToken, mintAccessToken, identifySubject } = deps;

  /** OpenID Connect Core §5.4: userinfo returns the claims if an access token is issued, now or for the code. */
  const onlyAtUserinfo = ({ flow, consent }: Accepted, client: Client): Pick<Grant, 'userinfoClaims'> => {
    const { code, token } = issuesOf(flow.request.responseType);
    const place = client.metadata.standardClaims ?? settings.standardClaims;
    if (place !== 'userinfo' || !(code || token)) return {};
    const said = consent.session.idToken;
    const names = claimsForUserinfo(consent.grantedScope, flow.request.context.claims);
    const userinfoClaims = names.filter((name) => Object.hasOwn(said, name));
    return userinfoClaims.length > 0 ? { userinfoClaims } : {};
  };

  const grantFor = (accepted: Accepted, client: Client, now: EpochSeconds): Grant => ({
    id: generateSortableId(system),
    clientId: accepted.flow.request.clientId,
    clientIncarnation: client.incarnation,
    subject: accepted.login.subject,
    subjectIdentifier: identifySubject(client, accepted.login.subject, accepted.login.forceSubjectIdentifier),
    requestedScope: accepted.flow.request.scope,
    scope: accepted.consent.grantedScope,
    requestedAudience: accepted.flow.request.audience,
    audience: accepted.consent.grantedAudience,
    session: accepted.consent.session,
    ...onlyAtUserinfo(accepted, client),
    authenticatedAt: accepted.login.authenticatedAt,
    requestedAt: accepted.flow.requestedAt,
    // OpenID Connect Core §2: only what the login app asserts, or the consent app (issue-id-token.ts).
    acr: accepted.login.acr,
    createdAt: now,
    keepUntil: after(now, settings.authCodeLifespan),
  });

  const tokensFor = async ({ grant, client, request, now }: Issuing): Promise<Issued> => {
    const issues = issuesOf(request.responseType);
    const code = issues.code ? mintToken(system, 'authorization-code', grant.id) : null;
    const life = { issuedAt: now, expiresAt: after(now, accessTokenLifespan(client, 'implicit', settings)) };
    const access = issues.token
      ? await mintAccessToken({ client, grant, scope: grant.scope, audience: grant.audience, ...life })
      : null;
    const beside = { code: code?.secret ?? null, accessToken: access?.secret ?? null };
    const idToken = issues.idToken
      ? await issueIdToken({ client, grant, grantType: 'implicit', nonce: request.nonce, now, beside })
      : null;
    const { sentRedirectUri: redirectUri, codeChallenge, nonce } = request;
    const codeLife = { issuedAt: now, expiresAt: after(now, settings.authCodeLifespan) };
    return {
      ...beside,
      idToken,
      codeRecord: code && { key: code.key, redirectUri, codeChallenge, nonce, ...codeLife },
      tokenRecords: access ? [{ key: access.key, kind: 'access', scope: null, audience: null, ...life }] : [],
    };
  };

  return async (accepted, client, now) => {
    const { origin } = accepted;
    const { request } = accepted.flow;
    const grant = grantFor(accepted, client, now);
    checkAcr(accepted, grant.acr);
    if (issuesOf(request.responseType).idToken && !grantsOpenId(grant.scope)) {
      throw oauthError(
        'access_denied',
        'The response type includes an ID token, but the scope "openid" was not granted.',
      );
    }
    const { codeRecord, tokenRecords, ...issued } = await tokensFor({ grant, client, request, now });
    // An ID token alone, or `none`, gives the client nothing to present later, so no grant is stored.
    if (codeRecord || tokenRecords.length > 0) {
      await tokens.createGrant(grant, { ...(codeRecord ? { code: codeRecord } : {}), tokens: tokenRecords });
    }
    const { subject, scope } = grant;
    const answer = { request, subject, scope, expiresIn: accessTokenLifespan(client, 'implicit', settings), ...issued };
    if (events) recordIssued(events, answer, { client, grant, settings, origin });
    return answer;
  };
};
