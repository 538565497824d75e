// The example as a service runs it: a real socket and a whole authorization code flow.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { emptyClientMetadata, type Provider, type Settings } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import t, { type Test } from 'tap';
import { createEmbedded } from '../src/server.ts';

const listen = async (
  t: Test,
  whoIsThere: () => string | null,
  settings: Partial<Settings> = {},
): Promise<{ base: string; provider: Provider }> => {
  const { server, provider } = createEmbedded({
    issuer: 'http://embedded.example',
    systemSecret: 'a system secret for tests',
    stores: memoryStores(),
    settings,
    whoIsThere,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, provider };
};

const givenAClient = async (provider: Provider): Promise<string> => {
  const metadata = { ...emptyClientMetadata, redirectUris: ['https://shop.example/cb'], scope: 'openid' };
  const result = await provider.admin.createClient({ id: 'shop', metadata });
  return (result.outcome === 'created' && result.secret) || '';
};

const begin = '/oauth2/auth?client_id=shop&response_type=code&scope=openid&state=s';

t.test('a person of the service signs in to a client, over plain node:http', async (t) => {
  const { base, provider } = await listen(t, () => 'alice');
  const secret = await givenAClient(provider);
  const cookies = new Map<string, string>();
  let path = begin;
  let target: URL;
  do {
    const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
    const reply = await fetch(base + path, { redirect: 'manual', headers });
    t.equal(reply.status, 302);
    for (const line of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    target = new URL(reply.headers.get('location') ?? '', base);
    path = target.pathname + target.search;
  } while (target.host !== 'shop.example');
  t.equal(target.searchParams.get('state'), 's');

  const code = target.searchParams.get('code') ?? '';
  const body = new URLSearchParams({ grant_type: 'authorization_code', code });
  const authorization = `Basic ${btoa(`shop:${secret}`)}`;
  const answer = await fetch(`${base}/oauth2/token`, { method: 'POST', body, headers: { authorization } });
  t.equal(answer.status, 200);
  const tokens = (await answer.json()) as Record<string, string>;
  const bearer = { authorization: `Bearer ${tokens.access_token}` };
  const userinfo = await fetch(`${base}/userinfo`, { headers: bearer });
  t.strictSame(await userinfo.json(), { sub: 'alice' });
});

t.test('a person whom the service does not know cannot sign in', async (t) => {
  const { base, provider } = await listen(t, () => null);
  await givenAClient(provider);
  const sent = await fetch(base + begin, { redirect: 'manual' });
  const login = new URL(sent.headers.get('location') ?? '');
  t.equal((await fetch(base + login.pathname + login.search)).status, 401);
});

t.test('an unknown path is 404, and a body that is too long is 413', async (t) => {
  const { base } = await listen(t, () => 'alice');
  t.equal((await fetch(`${base}/nothing`)).status, 404);
  t.equal((await fetch(`${base}/login?login_challenge=x`)).status, 404);
  const body = new URLSearchParams({ x: 'y'.repeat(70_000) });
  t.equal((await fetch(`${base}/oauth2/token`, { method: 'POST', body })).status, 413);
});

t.test('a client registers at the address that discovery announces, and manages its registration', async (t) => {
  const { base } = await listen(t, () => 'alice', { clientRegistration: 'open' });
  const discovery = await (await fetch(`${base}/.well-known/oauth-authorization-server`)).json();
  t.equal((discovery as Record<string, string>).registration_endpoint, 'http://embedded.example/oauth2/register');
  const metadata = { client_name: 'Shop', redirect_uris: ['https://shop.example/cb'] };
  const send = async (method: string, path: string, json?: object, token = '') => {
    const reply = await fetch(base + path, {
      method,
      headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
      ...(json ? { body: JSON.stringify(json) } : {}),
    });
    return { status: reply.status, json: reply.status === 204 ? {} : ((await reply.json()) as Record<string, string>) };
  };
  const registered = await send('POST', '/oauth2/register', metadata);
  t.equal(registered.status, 201);
  t.match(registered.json, { client_name: 'Shop', client_secret: /./ });
  const { client_id, registration_access_token: token, registration_client_uri: uri = '' } = registered.json;
  const { pathname } = new URL(uri);
  t.match(await send('GET', pathname, undefined, token), { status: 200, json: { client_name: 'Shop' } });
  t.equal((await send('GET', pathname)).status, 401);
  const changed = { ...metadata, client_id, client_name: 'Store' };
  t.match(await send('PUT', pathname, changed, token), { status: 200, json: { client_name: 'Store' } });
  t.equal((await send('DELETE', pathname, undefined, token)).status, 204);
  t.equal((await send('GET', pathname, undefined, token)).status, 401);
});

t.test('registration is not served if it is off', async (t) => {
  const { base } = await listen(t, () => 'alice');
  for (const [method, path] of [
    ['POST', '/oauth2/register'],
    ['GET', '/oauth2/register/shop'],
  ] as const) {
    t.equal((await fetch(base + path, { method })).status, 404);
  }
});
