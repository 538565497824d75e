// The unmodified SDK of 2018 against the running server, on every layout of stores: each of its operations, and the
// results.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type CallOperation, hydraSdk, operationNames } from './support/hydra-sdk.ts';
import { type LayoutName, layoutNames, layoutsFor } from './support/layouts.ts';
import { startServer, type TestServer } from './support/start-server.ts';

/** Plays the browser in a flow; the SDK plays the login and consent apps. */
class Browser {
  readonly #cookies = new Map<string, string>();

  async visit(url: string): Promise<URL> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    return new URL(reply.headers.get('location') ?? 'about:nowhere');
  }
}

const layouts = layoutsFor(t);

const pages = { CLAVIGER_LOGIN_URL: 'http://ui.example/login', CLAVIGER_CONSENT_URL: 'http://ui.example/consent' };

const adminKey = 'kQ7-first.key_ofTheTest';

interface Given {
  readonly server: TestServer;
  readonly admin: CallOperation;
  /** Names of operations that were called. */
  readonly used: Set<string>;
}

const startGiven = async (t: Test, layout: LayoutName, used: Set<string>): Promise<Given> => {
  // On SQLite the admin API is open, as in 2018. On the others it requires a key.
  const guarded = layout !== 'SQLite';
  const settings = {
    ...(await layouts.settings(layout)),
    ...pages,
    ...(guarded ? { CLAVIGER_ADMIN_KEY: adminKey } : {}),
  };
  const server = await startServer(t, { settings });
  if (guarded) t.equal((await hydraSdk(server.adminUrl)('listOAuth2Clients', {})).status, 401, 'the guard is on');
  const call = hydraSdk(server.adminUrl, guarded ? { adminKey } : {});
  const admin: CallOperation = (operation, ...parameters) => {
    used.add(operation);
    return call(operation, ...parameters);
  };
  return { server, admin, used };
};

const authorizeUrl = ({ publicUrl }: TestServer): string =>
  `${publicUrl}/oauth2/auth?${new URLSearchParams({
    client_id: 'shop',
    response_type: 'code',
    redirect_uri: 'https://shop.example/cb',
    scope: 'openid offline photos.read',
    state: 'a-state-of-the-client',
    nonce: 'a-nonce-of-the-client',
    login_hint: 'alice',
  })}`;

const shop = {
  client_id: 'shop',
  client_name: 'The shop',
  client_secret: 'shop-secret',
  redirect_uris: ['https://shop.example/cb'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  scope: 'openid offline photos.read',
  contacts: ['shop@example.com'],
};

const token = async ({ publicUrl }: TestServer, fields: Record<string, string>): Promise<Record<string, string>> => {
  const authorization = `Basic ${btoa('shop:shop-secret')}`;
  const reply = await fetch(`${publicUrl}/oauth2/token`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams(fields),
  });
  return (await reply.json()) as Record<string, string>;
};

const rules: Readonly<Record<string, (t: Test, given: Given) => Promise<void>>> = {
  'clients: create, list, get, update, delete': async (t, { admin }) => {
    const created = await admin('createOAuth2Client', shop);
    t.equal(created.status, 201);
    t.match(created.data, { ...shop, subject_type: 'public', token_endpoint_auth_method: 'client_secret_basic' });
    t.equal((await admin('createOAuth2Client', shop)).status, 409);
    t.match(await admin('createOAuth2Client', { redirect_uris: ['no uri'] }), { status: 400 });

    const read = await admin('getOAuth2Client', 'shop');
    const { client_secret: _secret, ...visible } = shop;
    t.match(read.data, visible);
    t.notOk('client_secret' in (JSON.parse(read.body) as object));
    t.equal((await admin('getOAuth2Client', 'ghost')).status, 404);

    await admin('createOAuth2Client', { client_id: 'another', scope: 'a' });
    const listed = await admin('listOAuth2Clients', { limit: 10, offset: 0 });
    t.strictSame(
      (JSON.parse(listed.body) as { client_id: string }[]).map(({ client_id }) => client_id),
      ['another', 'shop'],
    );
    t.strictSame(JSON.parse((await admin('listOAuth2Clients', { limit: 10, offset: 2 })).body), []);

    const updated = await admin('updateOAuth2Client', 'shop', {
      ...visible,
      client_name: 'New name',
      contacts: undefined,
    });
    t.match(updated, { status: 200, data: { client_name: 'New name', client_id: 'shop' } });
    t.match(await admin('getOAuth2Client', 'shop'), { data: { client_name: 'New name', contacts: [] } });
    t.equal((await admin('updateOAuth2Client', 'ghost', visible)).status, 404);

    t.equal((await admin('deleteOAuth2Client', 'shop')).status, 204);
    t.equal((await admin('getOAuth2Client', 'shop')).status, 404);
    t.equal((await admin('deleteOAuth2Client', 'shop')).status, 204);
  },

  'the flow: login and consent requests, tokens, introspection, userinfo, revocation, sessions': async (
    t,
    { server, admin, used },
  ) => {
    await admin('createOAuth2Client', shop);
    const browser = new Browser();
    const challenge = async (url: string, name: string): Promise<string> =>
      (await browser.visit(url)).searchParams.get(name) ?? '';

    const login = await challenge(authorizeUrl(server), 'login_challenge');
    const loginRequest = await admin('getLoginRequest', login);
    t.match(loginRequest, {
      status: 200,
      data: {
        challenge: login,
        requested_scope: ['openid', 'offline', 'photos.read'],
        skip: false,
        subject: '',
        oidc_context: { login_hint: 'alice' },
        client: { client_id: 'shop', client_name: 'The shop' },
        request_url: authorizeUrl(server),
      },
    });
    const accepted = await admin('acceptLoginRequest', login, {
      body: { subject: 'alice', remember: true, remember_for: 3600 },
    });
    t.equal(accepted.status, 200);
    t.equal((await admin('acceptLoginRequest', login, { body: { subject: 'alice' } })).status, 409);
    t.equal((await admin('getLoginRequest', 'unknown')).status, 404);

    const consent = await challenge(String(accepted.data.redirect_to), 'consent_challenge');
    const consentRequest = await admin('getConsentRequest', consent);
    t.match(consentRequest.data, { challenge: consent, subject: 'alice', skip: false, client: { client_id: 'shop' } });
    const session = { access_token: { role: 'admin' }, id_token: { email: 'alice@example.com' } };
    const granted = await admin('acceptConsentRequest', consent, {
      body: { grant_scope: ['openid', 'offline', 'photos.read'], remember: true, remember_for: 0, session },
    });
    const callback = await browser.visit(String(granted.data.redirect_to));
    t.equal(callback.searchParams.get('state'), 'a-state-of-the-client');

    const tokens = await token(server, {
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: 'https://shop.example/cb',
    });
    const introspected = await admin('introspectOAuth2Token', tokens.access_token, {});
    t.match(introspected.data, {
      active: true,
      client_id: 'shop',
      sub: 'alice',
      scope: 'openid offline photos.read',
      token_type: 'access_token',
      ext: { role: 'admin' },
    });
    t.match(await admin('introspectOAuth2Token', tokens.access_token, { scope: 'photos.write' }), {
      data: { active: false },
    });
    const userinfo = await hydraSdk(server.publicUrl, { accessToken: tokens.access_token ?? '' })('userinfo');
    used.add('userinfo');
    t.strictSame(JSON.parse(userinfo.body), { email: 'alice@example.com', sub: 'alice' });

    const sessions = await admin('listUserConsentSessions', 'alice');
    t.match(JSON.parse(sessions.body), [
      {
        grant_scope: ['openid', 'offline', 'photos.read'],
        session,
        remember: true,
        remember_for: 0,
        consent_request: { challenge: consent, subject: 'alice', skip: false, client: { client_id: 'shop' } },
      },
    ]);

    const owner = hydraSdk(server.publicUrl, { username: 'shop', password: 'shop-secret' });
    used.add('revokeOAuth2Token');
    t.equal((await owner('revokeOAuth2Token', tokens.access_token)).status, 200);
    t.match(await admin('introspectOAuth2Token', tokens.refresh_token, {}), { data: { active: false } });

    const again = await challenge(authorizeUrl(server), 'login_challenge');
    t.match((await admin('getLoginRequest', again)).data, { skip: true, subject: 'alice' });
    t.equal((await admin('revokeUserClientConsentSessions', 'alice', 'shop')).status, 204);
    t.strictSame(JSON.parse((await admin('listUserConsentSessions', 'alice')).body), []);
    t.equal((await admin('revokeAllUserConsentSessions', 'alice')).status, 404);
    t.equal((await admin('revokeAuthenticationSession', 'alice')).status, 204);
    t.equal((await admin('revokeAuthenticationSession', 'alice')).status, 404);
    const next = await challenge(authorizeUrl(server), 'login_challenge');
    t.match((await admin('getLoginRequest', next)).data, { skip: false, subject: '' });
  },

  'a login or consent that is rejected reaches the client': async (t, { server, admin }) => {
    await admin('createOAuth2Client', shop);
    const browser = new Browser();
    const refusal = { error: 'access_denied', error_description: 'Not today', error_hint: 'Come back tomorrow' };
    const said = {
      error: 'access_denied',
      error_description: 'Not today',
      error_hint: 'Come back tomorrow',
      state: 'a-state-of-the-client',
      iss: server.issuer,
    };

    const login = (await browser.visit(authorizeUrl(server))).searchParams.get('login_challenge') ?? '';
    const rejected = await admin('rejectLoginRequest', login, { body: refusal });
    t.strictSame(Object.fromEntries((await browser.visit(String(rejected.data.redirect_to))).searchParams), said);

    const second = (await browser.visit(authorizeUrl(server))).searchParams.get('login_challenge') ?? '';
    const accepted = await admin('acceptLoginRequest', second, { body: { subject: 'alice' } });
    const consent =
      (await browser.visit(String(accepted.data.redirect_to))).searchParams.get('consent_challenge') ?? '';
    const refused = await admin('rejectConsentRequest', consent, { body: refusal });
    t.strictSame(Object.fromEntries((await browser.visit(String(refused.data.redirect_to))).searchParams), said);
    t.equal((await admin('rejectConsentRequest', 'unknown', { body: refusal })).status, 404);
  },

  'discovery, keys, flush, and the operations that the SDK can only begin': async (t, { server, admin }) => {
    const discovery = await admin('getWellKnown');
    t.match(discovery.data, {
      issuer: server.issuer,
      token_endpoint: `${server.publicUrl}/oauth2/token`,
      jwks_uri: `${server.publicUrl}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ['RS256'],
    });
    const keys = JSON.parse((await admin('wellKnown')).body) as { keys: Record<string, string>[] };
    t.match(keys.keys, [{ kty: 'RSA', alg: 'RS256', use: 'sig', kid: /^public:/ }]);
    t.notOk('d' in (keys.keys[0] ?? {}));
    t.equal((await admin('flushInactiveOAuth2Tokens', { body: {} })).status, 204);
    t.equal(
      (await admin('flushInactiveOAuth2Tokens', { body: { notAfter: '2018-08-06T18:49:23+02:00' } })).status,
      204,
    );

    // These three take no parameters in the SDK, so the test can only check that they arrive.
    const nothing = await admin('oauthToken');
    t.match(nothing, { status: 400 });
    t.match(JSON.parse(nothing.body), { error: 'invalid_request', status_code: 400 });
    t.match(await admin('oauthAuth'), { status: 400, body: /invalid_client/ });
    t.match(await admin('revokeUserLoginCookie'), { status: 200, body: /logged out/ });
  },
};

for (const layout of layoutNames) {
  t.test(`on ${layout}`, async (t) => {
    const used = new Set<string>();
    for (const [rule, holds] of Object.entries(rules)) {
      await t.test(rule, async (t) => {
        const given = await startGiven(t, layout, used);
        await holds(t, given);
        t.equal(
          existsSync(join(given.server.dataFolder, 'claviger.db')),
          layout === 'SQLite',
          'the layout uses no other store',
        );
      });
    }
    t.strictSame([...used].sort(), [...operationNames()].sort(), 'every operation of the SDK was called');
  });
}

t.test('the SDK has the expected operations', async (t) => {
  t.equal(operationNames().length, 24, 'the 23 of the seed, and the browser logout');
});
