// Login and consent pages for Claviger, with Hono: the routes. docs/login-and-consent.md explains each call.
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { NONCE, type SecureHeadersVariables, secureHeaders } from 'hono/secure-headers';
import { clientName, logoOrigin } from './about-client.ts';
import { AdminError, makeClaviger, type PendingRequest } from './claviger.ts';
import { consentPage, layout, loginPage, type Markup } from './pages.ts';
import { authenticate, claimsFor, isActive, nameOf } from './people.ts';
import { type ProblemName, problems, problemText } from './problems.ts';

const env = process.env;
const claviger = makeClaviger(env.CLAVIGER_ADMIN_URL ?? 'http://127.0.0.1:4445', env.CLAVIGER_ADMIN_KEY ?? '');
const firstParties = (env.FIRST_PARTY_CLIENTS ?? '').split(',');
const [host, port] = [env.HOST ?? '127.0.0.1', Number(env.PORT ?? 3000)];
const month = 30 * 24 * 3600;

type Env = { Variables: SecureHeadersVariables & { logoOrigin: string } };
const app = new Hono<Env>();

app.use(
  // No `formAction`: browsers would apply it to the redirects after the form as well, and these leave this site.
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: [NONCE],
      imgSrc: [(c) => c.get('logoOrigin') || "'none'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    // The address holds a challenge: it stays out of the Referer of other sites. With `no-referrer` browsers would send
    // `Origin: null` with the forms, and csrf() would refuse them.
    referrerPolicy: 'same-origin',
  }),
  csrf(),
  bodyLimit({ maxSize: 16 * 1024 }),
  async (c, next) => {
    await next();
    c.header('cache-control', 'no-store');
  },
);

const show = (c: Context<Env>, status: 200 | 400, title: string, pending: PendingRequest, content: Markup) => {
  c.set('logoOrigin', logoOrigin(pending.client));
  return c.html(layout(title, c.get('secureHeadersNonce') ?? '', content), status);
};

const showProblem = (c: Context<Env>, problem: ProblemName, code = '') => {
  const { status, title } = problems[problem];
  if (status === 503) c.header('retry-after', '5');
  return c.html(layout(title, c.get('secureHeadersNonce') ?? '', problemText(problem, code)), status);
};

/** Grants what was requested and `ticked`. */
const acceptConsent = (pending: PendingRequest, ticked: readonly unknown[], remember: boolean): Promise<string> => {
  const scope = pending.requested_scope.filter((name) => ticked.includes(name));
  return claviger.acceptConsent(pending.challenge, {
    grant_scope: scope,
    grant_access_token_audience: pending.requested_access_token_audience ?? [],
    session: { id_token: claimsFor(pending.subject, scope), access_token: {} },
    remember,
    remember_for: 0,
  });
};

/** Your own applications. A public client can be impersonated, so its consent is asked (RFC 8252 §8.6). */
const needsNoConsent = ({ client, request_url }: PendingRequest): boolean =>
  firstParties.includes(client.client_id) &&
  client.token_endpoint_auth_method !== 'none' &&
  !/\bconsent\b/.test(new URL(request_url).searchParams.get('prompt') ?? '');

app.get('/login', async (c) => {
  const pending = await claviger.read('login', c.req.query('login_challenge') ?? '');
  const { challenge, subject, skip, oidc_context } = pending;
  if (skip && isActive(subject)) return c.redirect(await claviger.acceptLogin(challenge, { subject }), 303);
  if (skip) return c.redirect(await claviger.reject('login', challenge, 'The account is closed.'), 303);
  return show(c, 200, 'Log in', pending, loginPage(pending, oidc_context.login_hint ?? '', ''));
});

app.post('/login', async (c) => {
  const challenge = c.req.query('login_challenge') ?? '';
  const form = await c.req.formData();
  if (form.get('action') === 'cancel')
    return c.redirect(await claviger.reject('login', challenge, 'The user cancelled the login.'), 303);
  const userName = String(form.get('user_name') ?? '');
  const subject = await authenticate(userName, String(form.get('password') ?? ''));
  if (subject !== null) {
    const session = form.get('remember') === 'yes' ? { remember: true, remember_for: month } : {};
    return c.redirect(await claviger.acceptLogin(challenge, { subject, ...session }), 303);
  }
  const pending = await claviger.read('login', challenge);
  return show(c, 400, 'Log in', pending, loginPage(pending, userName, 'Wrong user name or password.'));
});

app.get('/consent', async (c) => {
  const pending = await claviger.read('consent', c.req.query('consent_challenge') ?? '');
  if (pending.skip || needsNoConsent(pending))
    return c.redirect(await acceptConsent(pending, pending.requested_scope, false), 303);
  const title = `Allow ${clientName(pending.client)}?`;
  return show(c, 200, title, pending, consentPage(pending, nameOf(pending.subject)));
});

app.post('/consent', async (c) => {
  const challenge = c.req.query('consent_challenge') ?? '';
  const form = await c.req.formData();
  if (form.get('action') !== 'allow')
    return c.redirect(await claviger.reject('consent', challenge, 'The user denied the request.'), 303);
  const pending = await claviger.read('consent', challenge);
  return c.redirect(await acceptConsent(pending, form.getAll('grant_scope'), form.get('remember') === 'yes'), 303);
});

/** CLAVIGER_ERROR_URL and CLAVIGER_LOGOUT_REDIRECT_URL. */
app.get('/error', (c) => showProblem(c, 'refused', c.req.query('error')));
app.get('/logged-out', (c) => showProblem(c, 'loggedOut'));
app.notFound((c) => showProblem(c, 'noPage'));

app.onError((error, c) => {
  if (error instanceof HTTPException && error.status < 500) return showProblem(c, 'form');
  const status = error instanceof AdminError ? error.status : 500;
  if (status === 404) return showProblem(c, 'expired');
  if (status === 409) return showProblem(c, 'answered');
  console.error(error);
  return showProblem(c, error instanceof AdminError && (status >= 500 || status === 429) ? 'busy' : 'broken');
});

const server = serve({ fetch: app.fetch, hostname: host, port }, () =>
  console.log(`Pages on http://${host}:${port}/login and /consent`),
);
process.on('SIGTERM', () => server.close());
