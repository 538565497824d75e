// Login and consent pages for development: they let anyone in. They call the same use cases as any login and consent app.
import { type AnswerResult, type PendingRequest, type Provider, seconds, subjectOf } from '@claviger/core';
import { asOAuthError } from '@claviger/http';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { builtInPages } from '../config/pages.ts';
import { logoOrigin } from './about-client.ts';
import { callbackPage, callbackTitle } from './callback-page.ts';
import { sessionFor } from './claims.ts';
import { consentPage } from './consent-page.ts';
import { copyScriptHash } from './copy-button.ts';
import { isOwnForm, issueFormToken } from './form-token.ts';
import { sendOnward, sendPage } from './layout.ts';
import { clientName, loginPage, mostSubjectCharacters } from './login-page.ts';
import { sendProblem } from './problem-page.ts';
import { type StartPage, startPage } from './start-page.ts';
import { refuseOtherMachines } from './this-machine-only.ts';

export interface DevelopmentPagesOptions extends StartPage {
  readonly provider: Provider;
  /** Whether they can be opened from other machines too. */
  readonly anywhere: boolean;
}

/** As long as the server allows. */
const rememberLoginFor = seconds(-1);

const denied = (description: string) => ({
  error: 'access_denied',
  description,
  hint: null,
  debug: null,
  statusCode: 403,
});

const queryOf = (request: FastifyRequest): URLSearchParams =>
  new URLSearchParams((request.raw.url ?? '').split('?').slice(1).join('?'));

/** Bodies arrive as raw bytes. */
const formOf = ({ body, headers }: FastifyRequest): URLSearchParams => {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return new URLSearchParams(isForm && Buffer.isBuffer(body) ? body.toString('utf8') : '');
};

const sendResult = (reply: FastifyReply, result: AnswerResult): FastifyReply => {
  if (result.outcome === 'answered') return sendOnward(reply, result.redirectTo);
  return sendProblem(reply, result.outcome === 'already-answered' ? 'answered' : 'unknown');
};

export const developmentPages: FastifyPluginCallback<DevelopmentPagesOptions> = (app, options, done) => {
  const { admin } = options.provider;
  const secure = new URL(options.issuer).protocol === 'https:';

  if (!options.anywhere) app.addHook('onRequest', refuseOtherMachines);
  app.setErrorHandler((error, request, reply) => {
    const { status } = asOAuthError(error, request);
    return sendProblem(reply, status < 500 ? 'unreadable' : 'broken');
  });

  const showLogin = (
    request: FastifyRequest,
    reply: FastifyReply,
    pending: PendingRequest,
    complained?: { readonly userName: string; readonly complaint: string },
  ): FastifyReply => {
    const formToken = issueFormToken(request, reply, secure);
    const form = complained ?? { userName: pending.flow.request.context.loginHint ?? '', complaint: '' };
    const page = loginPage({ request: pending, formToken, ...form });
    const pictures = logoOrigin(pending.client.metadata);
    return sendPage(reply, complained ? 400 : 200, 'Log in', page, { pictures, forms: true });
  };

  const acceptConsent = (pending: PendingRequest, scope: readonly string[], remember: boolean) =>
    admin.acceptConsent({
      challenge: pending.challenge,
      grantedScope: scope,
      grantedAudience: pending.flow.request.audience,
      session: sessionFor(subjectOf(pending.flow), scope, pending.flow.request.context.claims),
      remember,
    });

  app.get(builtInPages.login, { exposeHeadRoute: false }, async (request, reply) => {
    const pending = await admin.getLoginRequest(queryOf(request).get('login_challenge') ?? '');
    if (!pending) return sendProblem(reply, 'unknown');
    const { challenge, flow } = pending;
    if (flow.state !== 'login-pending') return sendProblem(reply, 'answered');
    const { subject } = flow.login;
    if (subject === null) return showLogin(request, reply, pending);
    return sendResult(reply, await admin.acceptLogin({ challenge, subject }));
  });

  app.post(builtInPages.login, async (request, reply) => {
    const form = formOf(request);
    if (!isOwnForm(request, form)) return sendProblem(reply, 'other-site');
    const challenge = form.get('login_challenge') ?? '';
    if (form.get('answer') === 'reject') {
      const rejection = denied('The user cancelled the login.');
      return sendResult(reply, await admin.rejectLogin({ challenge, rejection }));
    }
    const userName = (form.get('user_name') ?? '').trim();
    const complaint = complaintAbout(userName);
    if (complaint !== '') {
      const pending = await admin.getLoginRequest(challenge);
      return pending ? showLogin(request, reply, pending, { userName, complaint }) : sendProblem(reply, 'unknown');
    }
    const remember = form.has('remember');
    return sendResult(
      reply,
      await admin.acceptLogin({
        challenge,
        subject: userName,
        remember,
        ...(remember ? { rememberFor: rememberLoginFor } : {}),
      }),
    );
  });

  app.get(builtInPages.consent, { exposeHeadRoute: false }, async (request, reply) => {
    const pending = await admin.getConsentRequest(queryOf(request).get('consent_challenge') ?? '');
    if (!pending) return sendProblem(reply, 'unknown');
    const { flow } = pending;
    if (flow.state !== 'consent-pending') return sendProblem(reply, 'answered');
    if (flow.consent?.skip) return sendResult(reply, await acceptConsent(pending, flow.request.scope, false));
    const formToken = issueFormToken(request, reply, secure);
    return sendPage(reply, 200, `Allow ${clientName(pending)}?`, consentPage(pending, formToken), {
      pictures: logoOrigin(pending.client.metadata),
      forms: true,
    });
  });

  app.post(builtInPages.consent, async (request, reply) => {
    const form = formOf(request);
    if (!isOwnForm(request, form)) return sendProblem(reply, 'other-site');
    const challenge = form.get('consent_challenge') ?? '';
    if (form.get('answer') !== 'accept') {
      const rejection = denied('The user denied the request.');
      return sendResult(reply, await admin.rejectConsent({ challenge, rejection }));
    }
    const pending = await admin.getConsentRequest(challenge);
    if (!pending) return sendProblem(reply, 'unknown');
    const ticked = form.getAll('grant_scope');
    // Only scopes that the client requested: a form can be forged. `openid` is always granted.
    const scope = pending.flow.request.scope.filter((name) => name === 'openid' || ticked.includes(name));
    return sendResult(reply, await acceptConsent(pending, scope, form.has('remember')));
  });

  app.get(builtInPages.callback, async (request, reply) => {
    const query = queryOf(request);
    const script = query.has('code') ? copyScriptHash : '';
    return sendPage(reply, 200, callbackTitle(query), callbackPage(query), { script });
  });

  app.get('/', async (_request, reply) =>
    sendPage(reply, 200, 'Claviger is running', startPage(options), { script: copyScriptHash, wide: true }),
  );

  done();
};

const complaintAbout = (userName: string): string => {
  if (userName === '') return 'Enter a user name.';
  return userName.length > mostSubjectCharacters
    ? `The user name can have at most ${mostSubjectCharacters} characters.`
    : '';
};
