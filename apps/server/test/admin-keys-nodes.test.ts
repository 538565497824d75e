// Admin keys that one process creates and deletes, and another process checks: docs/admin-keys.md says how soon.
import t from 'tap';
import { layoutsFor } from './support/layouts.ts';
import { startServer, type TestServer } from './support/start-server.ts';

// A busy machine is slow.
t.setTimeout(300_000);

const layouts = layoutsFor(t);
const firstKey = 'first-key-of-the-tests-Zk3Wq9';

/** Milliseconds for which another process may still accept a deleted key. */
const promised = 1000;

const send = async ({ adminUrl }: TestServer, what: string, key: string, json?: unknown): Promise<Response> => {
  const [method = '', path = ''] = what.split(' ');
  const headers = { authorization: `Bearer ${key}`, ...(json ? { 'content-type': 'application/json' } : {}) };
  return fetch(`${adminUrl}${path}`, { method, headers, ...(json ? { body: JSON.stringify(json) } : {}) });
};

const statusOf = async (...request: Parameters<typeof send>): Promise<number> => {
  const reply = await send(...request);
  await reply.arrayBuffer();
  return reply.status;
};

for (const layout of ['Postgres alone', 'Redis alone'] as const) {
  t.test(
    `${layout}: another process accepts a new key immediately, and a deleted one for at most a second`,
    async (t) => {
      const settings = { ...(await layouts.settings(layout)), CLAVIGER_ADMIN_KEY: firstKey };
      const one = await startServer(t, { settings });
      const other = await startServer(t, { settings });
      const created = await send(one, 'POST /admin/admin-keys', firstKey, { name: 'reader', scopes: ['read'] });
      t.equal(created.status, 201);
      const { id, key } = (await created.json()) as { readonly id: string; readonly key: string };
      for (const server of [other, one]) t.equal(await statusOf(server, 'GET /clients', key), 200);
      t.equal(await statusOf(other, 'GET /oauth2/auth/requests/login/x', key), 403, 'with its scopes');

      // Keeps the key in use, so that the other process remembers it.
      t.equal(await statusOf(other, 'GET /clients', key), 200);
      t.equal(await statusOf(one, `DELETE /admin/admin-keys/${id}`, firstKey), 204);
      const deleted = Date.now();
      t.equal(await statusOf(one, 'GET /clients', key), 401, 'the process that deleted it');
      let sent = 0;
      let status = 200;
      while (status === 200) {
        sent = Date.now() - deleted;
        status = await statusOf(other, 'GET /clients', key);
        if (status === 200 && sent > promised) break;
      }
      t.equal(status, 401, `a request ${sent} ms after the deletion`);
      for (let again = 0; again < 3; again += 1) t.equal(await statusOf(other, 'GET /clients', key), 401);
      t.equal(await statusOf(other, 'GET /clients', firstKey), 200);
    },
  );
}
