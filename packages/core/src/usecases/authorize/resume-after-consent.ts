// Third pass: the browser returns from the consent app. Turns the consent into a grant and its authorization code.
import type { AuthorizationRequest } from '../../domain/authorization-request.ts';
import type { Client } from '../../domain/client.ts';
import { type ConsentAcceptance, end, type Flow, type LoginAcceptance } from '../../domain/flow.ts';
import type { Grant } from '../../domain/grant.ts';
import type { Hashed } from '../../domain/hashed.ts';
import { allowsResponseType } from '../../domain/response-type.ts';
import { firstNotAllowed, parseScope } from '../../domain/scope.ts';
import { after, type EpochSeconds } from '../../domain/time.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { System } from '../../ports/system.ts';
import type { TokenStore } from '../../ports/token-store.ts';
import type { Settings } from '../../settings.ts';
import { mintToken } from '../token/token-format.ts';
import { openReturningFlow, type RejectedStep, type Return, usedBefore } from './open-returning-flow.ts';

export interface ResumeAfterConsent extends Return {
  /** From the consent CSRF cookie; null without a valid one. */
  readonly browser: Hashed | null;
}

export type ConsentResumed =
  | {
      readonly outcome: 'issued';
      readonly code: string;
      readonly scope: readonly string[];
      readonly request: AuthorizationRequest;
    }
  | RejectedStep;

interface Deps {
  readonly system: System;
  readonly settings: Settings;
  readonly flows: FlowStore;
  readonly tokens: TokenStore;
}

/** The registration may have changed while the person was busy. The redirect URI was matched with the URL's already. */
const checkStillAllowed = (request: AuthorizationRequest, client: Client): void => {
  const excess = firstNotAllowed(parseScope(client.metadata.scope), request.scope);
  if (excess !== undefined)
    throw oauthError('invalid_scope', `The client may not request the scope "${excess}" any more.`);
  if (!allowsResponseType(client, request.responseType)) throw oauthError('unsupported_response_type');
};

/** OpenID Connect Core §2: the login app's word counts, then the consent app's (issue-id-token); "0" promises nothing. */
const acrOf = ({ context }: AuthorizationRequest, login: LoginAcceptance, consent: ConsentAcceptance): string => {
  if (login.acr !== '') return login.acr;
  return context.acrValues.length > 0 && consent.session.idToken.acr === undefined ? '0' : '';
};

export const makeResumeAfterConsent = ({ system, settings, flows, tokens }: Deps) => {
  const grantFor = (
    flow: Flow,
    login: LoginAcceptance,
    consent: ConsentAcceptance,
    id: string,
    now: EpochSeconds,
  ): Grant => ({
    id,
    clientId: flow.request.clientId,
    subject: login.subject,
    requestedScope: flow.request.scope,
    scope: consent.grantedScope,
    session: consent.session,
    authenticatedAt: login.authenticatedAt,
    requestedAt: flow.requestedAt,
    acr: acrOf(flow.request, login, consent),
    createdAt: now,
    keepUntil: after(now, settings.authCodeLifespan),
  });

  const finish = async (flow: Flow, now: EpochSeconds): Promise<void> => {
    if ((await flows.replace(end(flow), flow.version, now)) === 'stale') throw usedBefore('consent');
  };

  /** Throws what the client is told: access_denied, invalid_request, request_forbidden, invalid_scope. */
  return async (command: ResumeAfterConsent): Promise<ConsentResumed> => {
    const now = system.clock.now();
    const flow = await openReturningFlow({ mac: system.mac, flows }, 'consent', command, now);
    const { request, login, consent } = flow;
    if (consent?.rejected) {
      await finish(flow, now);
      return { outcome: 'rejected', rejection: consent.rejected };
    }
    if (!consent?.accepted || !login.accepted) throw usedBefore('consent');
    if (command.browser !== consent.browser)
      throw oauthError('request_forbidden', 'The CSRF cookie is missing or of another browser.');
    // The flow ends before anything is issued: of two returns one goes on, and a crash here costs a new request, no more.
    await finish(flow, now);
    checkStillAllowed(request, command.client);
    const code = mintToken(system, 'authorization-code');
    await tokens.createGrant(grantFor(flow, login.accepted, consent.accepted, code.key.grantId, now), {
      code: {
        key: code.key,
        redirectUri: request.sentRedirectUri,
        codeChallenge: request.codeChallenge,
        nonce: request.nonce,
        issuedAt: now,
        expiresAt: after(now, settings.authCodeLifespan),
      },
    });
    return { outcome: 'issued', code: code.secret, scope: consent.accepted.grantedScope, request };
  };
};
