// The guard of the admin API: every operation needs a key with the scope that its route declares.
import { type AdminScope, adminScopes, epochSeconds, StoreUnavailable } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { openApiDocumentOf } from '@claviger/http';
import t, { type Test } from 'tap';
import { type GivenServer, givenAServer, type Sent, startOfTime } from './support/given-a-server.ts';
import { type Document, operationsOf } from './support/openapi/operations.ts';

const firstKey = 'first-key-of-the-tests-Zk3Wq9';

const givenAGuardedServer = (t: Test, more: Parameters<typeof givenAServer>[1] = {}): GivenServer =>
  givenAServer(t, { adminGuard: {}, ...more, settings: { firstAdminKeys: [firstKey], ...more.settings } });

const bearer = (key: string): Sent => ({ headers: { authorization: `Bearer ${key}` } });

const createKey = async (
  { provider }: GivenServer,
  scopes: readonly AdminScope[],
  lifetime?: number,
): Promise<{ readonly id: string; readonly text: string }> => {
  const expiresAt = lifetime === undefined ? null : epochSeconds(startOfTime + lifetime);
  const { key, text } = await provider.admin.createAdminKey({
    name: scopes.join(' '),
    scopes,
    expiresAt,
    granting: new Set(adminScopes),
  });
  return { id: key.id, text };
};

/** Every operation of the admin listener, as `METHOD /path`, with the scope that it needs. */
const adminOperations = async ({ apps }: GivenServer) => {
  await apps.admin.ready();
  const document = openApiDocumentOf(apps.admin) as unknown as Document;
  return operationsOf(document).map(({ method, path, operation }) => ({
    request: `${method} ${path.replaceAll(/\{\w+\}/g, 'x')}`,
    scope: (operation as { readonly 'x-scope'?: AdminScope })['x-scope'],
  }));
};

t.test('every operation is refused without a right key, and not with one', async (t) => {
  const server = givenAGuardedServer(t);
  const expired = await createKey(server, adminScopes, 10);
  const deleted = await createKey(server, adminScopes);
  t.equal((await server.admin('GET /clients', bearer(deleted.text))).status, 200);
  t.equal(await server.provider.admin.deleteAdminKey(deleted.id), true);
  server.wait(10);
  const guarded = (await adminOperations(server)).filter(({ scope }) => scope !== undefined);
  t.ok(guarded.length > 25, `${guarded.length} operations`);
  t.same([...new Set(guarded.map(({ scope }) => scope))].sort(), [...adminScopes].sort(), 'each scope is in use');
  for (const { request, scope } of guarded) {
    if (scope === undefined) continue;
    for (const key of ['wrong', `clv_ak_${'A'.repeat(22)}.${'B'.repeat(43)}`, expired.text, deleted.text]) {
      const refused = await server.admin(request, bearer(key));
      t.match(refused, { status: 401, json: { error: 'invalid_token', status_code: 401 } }, `${request}: wrong key`);
      t.equal(refused.headers['www-authenticate'], 'Bearer realm="claviger admin", error="invalid_token"');
    }
    const without = await server.admin(request);
    t.match(without, { status: 401, json: { error: 'invalid_token' } }, `${request}: no key`);
    t.equal(without.headers['www-authenticate'], 'Bearer realm="claviger admin"', 'RFC 6750 §3.1');
    const others = await createKey(
      server,
      adminScopes.filter((other) => other !== scope),
    );
    const narrow = await server.admin(request, bearer(others.text));
    t.match(
      narrow,
      { status: 403, json: { error: 'insufficient_scope', error_hint: new RegExp(`"${scope}"`) } },
      request,
    );
    const right = await createKey(server, [scope]);
    for (const key of [right.text, firstKey]) {
      const admitted = await server.admin(request, bearer(key));
      t.notOk([401, 403].includes(admitted.status), `${request}: ${admitted.status} with the right key`);
    }
  }
  t.equal(server.logged.join('').includes('clv_ak_'), false, 'no key is logged');
});

t.test('health and version need no key, and public endpoints keep their own authentication', async (t) => {
  const server = givenAGuardedServer(t);
  for (const path of ['/health/alive', '/health/ready', '/version', '/.well-known/jwks.json']) {
    t.equal((await server.admin(`GET ${path}`)).status, 200, path);
  }
  t.match(await server.admin('POST /oauth2/token'), { status: 400 });
  t.match(await server.admin('POST /oauth2/revoke', { form: { token: 'x' } }), {
    status: 401,
    json: { error: 'invalid_client' },
  });
});

t.test('HEAD of a guarded GET needs the key too', async (t) => {
  const server = givenAGuardedServer(t);
  t.equal((await server.admin('HEAD /clients')).status, 401);
  t.equal((await server.admin('HEAD /clients', bearer(firstKey))).status, 200);
});

t.test('the key may be in Claviger-Admin-Key, beside credentials of a client', async (t) => {
  const server = givenAGuardedServer(t);
  const basic = { authorization: `Basic ${btoa('client:secret')}` };
  const form = { token: 'unknown' };
  t.equal((await server.admin('POST /oauth2/introspect', { form, headers: basic })).status, 401);
  const both = { ...basic, 'claviger-admin-key': firstKey };
  t.match(await server.admin('POST /oauth2/introspect', { form, headers: both }), {
    status: 200,
    json: { active: false },
  });
});

t.test('the guard answers before the body is read', async (t) => {
  const server = givenAGuardedServer(t);
  const raw = Buffer.alloc(2 * 1024 * 1024);
  t.equal((await server.admin('POST /clients', { raw })).status, 401);
  t.equal((await server.admin('POST /clients', { raw, ...bearer(firstKey) })).status, 413);
});

t.test('a key is created, shown once, listed and deleted over HTTP', async (t) => {
  const server = givenAGuardedServer(t);
  const json = { name: 'Login pages', scopes: ['flows', 'flows'], expires_at: '2017-07-14T02:41:00Z' };
  const created = await server.admin('POST /admin/admin-keys', { json, ...bearer(firstKey) });
  t.match(created, {
    status: 201,
    json: { name: 'Login pages', scopes: ['flows'], expires_at: '2017-07-14T02:41:00Z', key: /^clv_ak_/ },
  });
  const { id, key, ...described } = created.json as { readonly id: string; readonly key: string };
  t.equal(created.headers.location, `/admin/admin-keys/${id}`);
  t.equal(created.headers['cache-control'], 'no-store');
  t.same((await server.admin(`GET /admin/admin-keys/${id}`, bearer(firstKey))).json, { id, ...described });
  t.same((await server.admin('GET /admin/admin-keys', bearer(firstKey))).json, [{ id, ...described }]);
  t.equal((await server.admin('GET /oauth2/auth/requests/login/x', bearer(key))).status, 404);
  server.wait(60);
  t.equal((await server.admin('GET /oauth2/auth/requests/login/x', bearer(key))).status, 401, 'expired to the second');
  t.equal((await server.admin(`DELETE /admin/admin-keys/${id}`, bearer(firstKey))).status, 204);
  t.equal((await server.admin(`DELETE /admin/admin-keys/${id}`, bearer(firstKey))).status, 404);
});

t.test('what is wrong with a new key is named', async (t) => {
  const server = givenAGuardedServer(t);
  const refused = async (json: unknown): Promise<unknown> =>
    (await server.admin('POST /admin/admin-keys', { json, ...bearer(firstKey) })).json;
  const scopes = ['read'];
  t.match(await refused({ scopes }), { error_hint: /"name" is missing/ });
  t.match(await refused({ name: ' ', scopes }), { error_hint: /"name"/ });
  t.match(await refused({ name: 'x', scopes: [] }), { error_hint: /"scopes"/ });
  t.match(await refused({ name: 'x', scopes: ['everything'] }), { error_hint: /scopes\[0\].*read, flows/ });
  t.match(await refused({ name: 'x', scopes, expires_at: 'tomorrow' }), { error_hint: /"expires_at"/ });
  t.match(await refused({ name: 'x', scopes, expires_at: '2001-01-01T00:00:00Z' }), { error_hint: /in the future/ });
  t.match(await refused({ name: 'x', scopes, expires: null }), { error_hint: /"expires" is unknown/ });
});

t.test('a caller cannot create a key with a scope that it lacks', async (t) => {
  const server = givenAGuardedServer(t);
  const { text } = await createKey(server, ['admin-keys', 'read']);
  const create = (scopes: readonly string[]) =>
    server.admin('POST /admin/admin-keys', { json: { name: 'x', scopes }, ...bearer(text) });
  t.equal((await create(['read'])).status, 201);
  t.match(await create(['read', 'write']), {
    status: 403,
    json: { error: 'insufficient_scope', error_hint: /"write"/ },
  });
});

t.test('a key is read from the store once a second, and a deleted one is refused within a second', async (t) => {
  const stores = memoryStores();
  let reads = 0;
  const { adminKeys } = stores;
  const counted = Object.assign(Object.create(adminKeys), {
    create: adminKeys.create.bind(adminKeys),
    remove: adminKeys.remove.bind(adminKeys),
    find: (id: string) => {
      reads += 1;
      return adminKeys.find(id);
    },
  });
  const server = givenAGuardedServer(t, { stores: { ...stores, adminKeys: counted } });
  const { id, text } = await createKey(server, ['read']);
  for (let request = 0; request < 5; request += 1) await server.admin('GET /clients', bearer(text));
  t.equal(reads, 1);
  // As another node does.
  await adminKeys.remove(id);
  server.wait(1);
  t.equal((await server.admin('GET /clients', bearer(text))).status, 401);
});

t.test('many wrong keys from one address get 429, and a right key is still accepted', async (t) => {
  let refusals = 0;
  const onRefusal = (): void => {
    refusals += 1;
  };
  const server = givenAGuardedServer(t, { adminGuard: { onRefusal } });
  const { text } = await createKey(server, ['read']);
  const statuses = new Set<number>();
  for (let guess = 0; guess < 301; guess += 1) {
    const answer = await server.admin('GET /clients', bearer(`wrong-${guess}`));
    statuses.add(answer.status);
    if (answer.status === 429) t.equal(answer.headers['retry-after'], '60');
  }
  t.same([...statuses], [401, 429]);
  for (const key of [text, firstKey]) t.equal((await server.admin('GET /clients', bearer(key))).status, 200);
  t.equal(refusals, 301, 'each is counted');
});

t.test('an unavailable store is a 503, not a refusal', async (t) => {
  const stores = memoryStores();
  const find = async (): Promise<never> => {
    throw new StoreUnavailable('test', new Error('gone'));
  };
  const adminKeys = { create: find, find, list: find, remove: find };
  const server = givenAGuardedServer(t, { stores: { ...stores, adminKeys } });
  const answer = await server.admin('GET /clients', bearer(`clv_ak_${'A'.repeat(22)}.${'B'.repeat(43)}`));
  t.equal(answer.status, 503);
  t.equal((await server.admin('GET /clients', bearer(firstKey))).status, 200, 'the first key needs no store');
});
