// The server of examples/conformance, as its README has it: behind TLS, with clients of its own.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { serveDocuments } from './support/documents.ts';
import { startExample } from './support/example-server.ts';
import { complete } from './support/flow.ts';
import { laxFetch } from './support/lax-fetch.ts';
import { sharedKeys } from './support/party.ts';

const suite = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../../../../examples/conformance/suite.json', import.meta.url)), 'utf8'),
) as Record<'client' | 'client2' | 'client_secret_post', { client_id: string; client_secret: string }>;

/** The default of CALLBACK. */
const callback = 'https://localhost.emobix.co.uk:8443/test/a/claviger/callback';

t.test('behind a TLS proxy every URL and every cookie is as the issuer says', async (t) => {
  const server = await startExample(t);
  t.match(server.issuer, /^https:/);
  for (const [member, value] of Object.entries(server.metadata)) {
    if (/_(endpoint|uri)$/.test(member)) t.ok(String(value).startsWith(server.issuer), member);
  }
  const query = new URLSearchParams({
    client_id: 'client',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: callback,
  });
  const begun = await laxFetch(`${server.endpoint('authorization_endpoint')}?${query}`);
  const login = begun.headers.get('location') ?? '';
  t.ok(login.startsWith(`${server.issuer}dev/login?`));
  const page = await laxFetch(login);
  const cookies = [...begun.headers.getSetCookie(), ...page.headers.getSetCookie()];
  t.ok(cookies.length > 1);
  for (const cookie of cookies) t.match(cookie, /; Secure/);
});

t.test('the clients of suite.json are there, for plans without registration', async (t) => {
  const given = { server: await startExample(t), documents: await serveDocuments(t), responseMode: 'default' } as const;
  const keys = await sharedKeys();
  for (const [name, { client_id: id, client_secret: secret }] of Object.entries(suite)) {
    if (typeof id !== 'string') continue;
    const party = { id, secret, keys, redirectUri: callback, scope: 'openid profile', registered: {} };
    const clientAuth = name === 'client_secret_post' ? 'client_secret_post' : 'client_secret_basic';
    for (const responseType of ['code', 'id_token token', 'code id_token token']) {
      await complete(t, { ...given, clientAuth, responseType }, party);
    }
  }
});
