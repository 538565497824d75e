// Login and consent pages for Claviger: the routes, and the calls to the admin API. docs/login-and-consent.md explains each.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { consentPage, loginPage, logoOrigin, problemPage } from './pages.mjs';
import { authenticate, claimsFor, isActive, nameOf } from './people.mjs';

const { CLAVIGER_ADMIN_URL = 'http://127.0.0.1:4445', CLAVIGER_ADMIN_KEY = '', FIRST_PARTY_CLIENTS = '' } = process.env;
const { HOST = '127.0.0.1', PORT = '3000', NODE_ENV } = process.env;
const secure = NODE_ENV === 'production';
const month = 30 * 24 * 3600;

/** One call of the admin API. A failure carries the HTTP status, 503 without an answer. */
const admin = async (method, path, body = undefined) => {
  const authorization = CLAVIGER_ADMIN_KEY === '' ? {} : { authorization: `Bearer ${CLAVIGER_ADMIN_KEY}` };
  const headers = { 'content-type': 'application/json', ...authorization };
  const options = { method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(10_000) };
  const reply = await fetch(`${CLAVIGER_ADMIN_URL}/oauth2/auth/${path}`, options).catch((cause) => {
    throw Object.assign(new Error('The admin API does not answer.', { cause }), { adminStatus: 503 });
  });
  const answer = await reply.json().catch(() => ({}));
  if (reply.ok) return answer;
  // Without the path, which holds the challenge.
  const said = [answer.error, answer.error_hint].filter(Boolean).join(': ');
  throw Object.assign(new Error(`${method} was answered ${reply.status} ${said}`), { adminStatus: reply.status });
};
const pathOf = (step, challenge) => `requests/${step}/${encodeURIComponent(String(challenge))}`;

const answer = async (response, step, challenge, action, body) => {
  const { redirect_to } = await admin('PUT', `${pathOf(step, challenge)}/${action}`, body);
  response.redirect(303, redirect_to);
};
const reject = (response, step, challenge, error_description) =>
  answer(response, step, challenge, 'reject', { error: 'access_denied', error_description });

// `__Host-` keeps other hosts of the same domain from setting this cookie. Browsers accept the prefix over TLS only.
const cookieName = secure ? '__Host-pages-form' : 'pages-form';
const cookieToken = (request) =>
  new RegExp(`(?:^|; )${cookieName}=([\\w-]{43})(?:;|$)`).exec(request.headers.cookie)?.[1];

/** The value for the form's hidden field. A browser keeps one, so that two open tabs do not break each other. */
const formToken = (request, response) => {
  const token = cookieToken(request) ?? randomBytes(32).toString('base64url');
  response.cookie(cookieName, token, { httpOnly: true, sameSite: 'lax', path: '/', secure });
  return token;
};
/** A page of another site can neither read the cookie nor the form, so it cannot make the two equal. */
const checkForm = (request, _response, next) => {
  const [sent, kept] = [request.body?.form_token, cookieToken(request)].map((text) => Buffer.from(String(text ?? '')));
  const own = kept.length > 0 && sent.length === kept.length && timingSafeEqual(sent, kept);
  next(own ? undefined : Object.assign(new Error('A form without its token'), { status: 403 }));
};

/** No `form-action`: browsers would apply it to the redirects after the form as well, and these leave this site. */
const send = (response, status, page, logo = '') => {
  const policy = `default-src 'none'; style-src 'self'; img-src ${logo || "'none'"}; frame-ancestors 'none'; base-uri 'none'`;
  response.status(status).set('content-security-policy', policy).send(page);
};
const showLogin = (request, response, status, pending, complaint) => {
  const userName = request.body?.user_name ?? pending.oidc_context.login_hint ?? '';
  const page = loginPage({ pending, userName, complaint, token: formToken(request, response) });
  send(response, status, page, logoOrigin(pending.client));
};

/** Grants what was requested and `ticked`. */
const acceptConsent = (response, { challenge, subject, requested_scope, ...pending }, ticked, remember) => {
  const grant_scope = (requested_scope ?? []).filter((scope) => ticked.includes(scope));
  const grant_access_token_audience = pending.requested_access_token_audience ?? [];
  const session = { id_token: claimsFor(subject, grant_scope), access_token: {} };
  const body = { grant_scope, grant_access_token_audience, session, remember, remember_for: 0 };
  return answer(response, 'consent', challenge, 'accept', body);
};
/** Your own applications. A public client can be impersonated, so its consent is asked (RFC 8252 §8.6). */
const needsNoConsent = ({ client: { client_id, token_endpoint_auth_method }, request_url }) =>
  FIRST_PARTY_CLIENTS.split(',').includes(client_id) &&
  token_endpoint_auth_method !== 'none' &&
  !/\bconsent\b/.test(new URL(request_url).searchParams.get('prompt'));

const app = express().disable('x-powered-by');
app.use(express.static(fileURLToPath(new URL('public', import.meta.url)), { index: false }));
app.use(express.urlencoded({ extended: false, limit: '16kb' }), (_request, response, next) => {
  // The address holds a challenge: it stays out of caches, and out of the Referer of other sites.
  response.set({ 'cache-control': 'no-store', 'referrer-policy': 'same-origin', 'x-content-type-options': 'nosniff' });
  next();
});

app.get('/login', async (request, response) => {
  const challenge = request.query.login_challenge;
  const pending = await admin('GET', pathOf('login', challenge));
  const { skip, subject } = pending;
  if (skip && isActive(subject)) return answer(response, 'login', challenge, 'accept', { subject });
  if (skip) return reject(response, 'login', challenge, 'The account is closed.');
  showLogin(request, response, 200, pending, '');
});

app.post('/login', checkForm, async (request, response) => {
  const challenge = request.query.login_challenge;
  const { action, user_name, password, remember } = request.body;
  if (action === 'cancel') return reject(response, 'login', challenge, 'The user cancelled the login.');
  const subject = await authenticate(String(user_name ?? ''), String(password ?? ''));
  if (subject !== null) {
    const session = remember === 'yes' ? { remember: true, remember_for: month } : {};
    return answer(response, 'login', challenge, 'accept', { subject, ...session });
  }
  showLogin(request, response, 400, await admin('GET', pathOf('login', challenge)), 'Wrong user name or password.');
});

app.get('/consent', async (request, response) => {
  const pending = await admin('GET', pathOf('consent', request.query.consent_challenge));
  if (pending.skip || needsNoConsent(pending))
    return acceptConsent(response, pending, pending.requested_scope ?? [], false);
  const page = consentPage({ pending, name: nameOf(pending.subject), token: formToken(request, response) });
  send(response, 200, page, logoOrigin(pending.client));
});

app.post('/consent', checkForm, async (request, response) => {
  const challenge = request.query.consent_challenge;
  const { action, grant_scope = [], remember } = request.body;
  if (action !== 'allow') return reject(response, 'consent', challenge, 'The user denied the request.');
  const pending = await admin('GET', pathOf('consent', challenge));
  await acceptConsent(response, pending, [grant_scope].flat(), remember === 'yes');
});

/** CLAVIGER_ERROR_URL: the parameters are text that anyone can write into a link, so only the code is shown. */
app.get('/error', (request, response) => send(response, 400, problemPage('refused', request.query.error)));
app.get('/logged-out', (_request, response) => send(response, 200, problemPage('logged-out')));
app.use((_request, response) => send(response, 404, problemPage('no-page')));

/** Express recognizes an error handler by its four parameters. */
app.use((error, _request, response, _next) => {
  const failed = error.adminStatus >= 500 || error.adminStatus === 429 ? 503 : error.adminStatus;
  const [status, problem] =
    { 404: [404, 'expired'], 409: [409, 'answered'], 503: [503, 'busy'] }[failed] ??
    (error.status < 500 ? [error.status, 'form'] : [500, 'broken']);
  if (status >= 500) console.error(error);
  if (status === 503) response.set('retry-after', '5');
  send(response, status, problemPage(problem));
});

const server = app.listen(Number(PORT), HOST, () => console.log(`Pages on http://${HOST}:${PORT}/login and /consent`));
process.on('SIGTERM', () => server.close());
