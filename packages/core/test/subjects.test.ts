// Subject identifiers (OpenID Connect Core §8), and documents of clients that the server fetches.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nodeSystem } from '@claviger/core/node';
import t from 'tap';
import { nodeRemoteDocuments } from '../src/runtime/node-remote-documents.ts';
import { isPublicAddress } from '../src/runtime/public-address.ts';
import { authorizeUrl, givenAClient, introspect, metadata, redeem, Visit } from './support/given-a-flow.ts';
import { givenAProvider } from './support/given-a-provider.ts';
import { get, json, location } from './support/wire.ts';

const salt = 'a salt for tests';
const pairwise = { subjectTypes: ['public', 'pairwise'], pairwiseSalt: salt } as const;
const claimsOf = (jwt: unknown) => JSON.parse(Buffer.from(String(jwt).split('.')[1] ?? '', 'base64url').toString());

t.test('a pairwise client gets a stable subject identifier that differs from those of other sectors', async (t) => {
  const given = givenAProvider(pairwise);
  const shop = await givenAClient(given, 'shop', { subjectType: 'pairwise' });
  const other = await givenAClient(given, 'other', {
    subjectType: 'pairwise',
    redirectUris: ['https://other.example/cb'],
  });
  const login = async (client: typeof shop, redirect_uri: string) =>
    json(
      await redeem(given, client, await new Visit(given).code(authorizeUrl(client, { redirect_uri })), {
        redirect_uri,
      }),
    );
  const tokens = await login(shop, 'https://shop.example/cb');
  const expected = createHash('sha256').update(`shop.examplealice${salt}`).digest('hex');
  t.equal(claimsOf(tokens.id_token).sub, expected);
  const bearer = { authorization: `Bearer ${String(tokens.access_token)}` };
  t.equal(json(await get(given.provider.endpoints.userinfo, '/userinfo', bearer)).sub, expected);
  t.match(await introspect(given, String(tokens.access_token)), { sub: 'alice', obfuscated_subject: expected });
  t.equal(claimsOf((await login(shop, 'https://shop.example/cb')).id_token).sub, expected);
  t.not(claimsOf((await login(other, 'https://other.example/cb')).id_token).sub, expected);
});

t.test('the login app may force the subject identifier of pairwise clients only', async (t) => {
  const given = givenAProvider(pairwise);
  const shop = await givenAClient(given, 'shop', { subjectType: 'pairwise' });
  const open = await givenAClient(given, 'open');
  const sub = async (client: typeof shop) =>
    claimsOf(
      json(
        await redeem(
          given,
          client,
          await new Visit(given).code(authorizeUrl(client), { forceSubjectIdentifier: 'forced' }),
        ),
      ).id_token,
    ).sub;
  t.equal(await sub(shop), 'forced');
  t.equal(await sub(open), 'alice');
});

t.test("an id_token_hint of a pairwise client holds that client's own identifier", async (t) => {
  const given = givenAProvider(pairwise);
  const shop = await givenAClient(given, 'shop', { subjectType: 'pairwise' });
  const visit = new Visit(given);
  const tokens = json(await redeem(given, shop, await visit.code(authorizeUrl(shop), { remember: true })));
  const url = authorizeUrl(shop, { id_token_hint: String(tokens.id_token) });
  t.match((await given.provider.admin.getLoginRequest(await visit.begin(url)))?.flow.login, { skip: true });
  t.ok(await new Visit(given).code(url), 'the same person may log in with it');
  const back = await new Visit(given).run(url, { subject: 'bob' }).catch((error: Error) => error.message);
  t.match(String(back), 'login_required');
});

t.test('a pairwise client without a sector, or on a server without pairwise subjects, is refused', async (t) => {
  const given = givenAProvider(pairwise);
  const two = { subjectType: 'pairwise', redirectUris: ['https://a.example/cb', 'https://b.example/cb'] };
  const client = await givenAClient(given, 'two', two);
  const visit = new Visit(given);
  const back = await visit.acceptLogin(
    await visit.begin(authorizeUrl(client, { redirect_uri: 'https://a.example/cb' })),
  );
  t.equal(location(await visit.browser.visit(back)).searchParams.get('error'), 'invalid_request');
  await t.rejects(givenAClient(givenAProvider(), 'x', { subjectType: 'pairwise' }), { code: 'invalid_request' });
  t.throws(() => givenAProvider({ ...pairwise, pairwiseSalt: 'short' }), TypeError);
});

t.test('sector_identifier_uri must list every redirect URI (OpenID Connect Registration §5)', async (t) => {
  const system = nodeSystem({ systemSecret: 'a system secret for tests' });
  const documents = new Map([
    ['https://sector.example/good', '["https://shop.example/cb","https://more.example/"]'],
    ['https://sector.example/less', '["https://more.example/"]'],
    ['https://sector.example/text', 'no JSON'],
    ['https://sector.example/object', '{}'],
  ]);
  const fetch = async (url: string) =>
    documents.get(url) ?? Promise.reject(new Error('The document cannot be fetched: x.'));
  const given = givenAProvider(pairwise, { system: { ...system, remoteDocuments: { fetch } } });
  const create = (id: string) =>
    given.provider.admin.createClient({
      id,
      metadata: metadata({ subjectType: 'pairwise', sectorIdentifierUri: `https://sector.example/${id}` }),
    });
  t.match(await create('good'), { outcome: 'created' });
  for (const id of ['less', 'text', 'object', 'absent']) {
    await t.rejects(create(id), { code: 'invalid_request', hint: /^sector_identifier_uri: / });
  }
});

t.test('documents are fetched from public addresses over https, with limits on time and size', async (t) => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '2002:7f00:1::',
    '64:ff9b::a00:1',
    'x',
  ]) {
    t.equal(isPublicAddress(address), false, address);
  }
  for (const address of ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'])
    t.equal(isPublicAddress(address), true, address);

  const server = createServer((request, response) => {
    if (request.url === '/hang') return;
    if (request.url === '/redirect') response.writeHead(302, { location: '/good' });
    response.end(request.url === '/long' ? 'x'.repeat(2000) : 'good');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  t.teardown(() => server.closeAllConnections());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const guarded = nodeRemoteDocuments();
  const open = nodeRemoteDocuments({ allowInternal: true, timeout: 300, longest: 1000 });
  t.equal(await open.fetch(`${base}/good`), 'good');
  const refusals: readonly [ReturnType<typeof nodeRemoteDocuments>, string, RegExp][] = [
    [guarded, `${base}/good`, /not https/],
    [guarded, 'https://127.0.0.1/', /internal/],
    [guarded, 'https://[::1]/', /internal/],
    [guarded, 'https://0x7f.1/', /internal/],
    [guarded, 'https://localhost/', /^The document cannot be fetched: it cannot be reached at a public address\.$/],
    [
      guarded,
      'https://no-such-host.invalid/',
      /^The document cannot be fetched: it cannot be reached at a public address\.$/,
    ],
    [guarded, 'file:///etc/passwd', /not https/],
    [guarded, 'nonsense', /not a URL/],
    [open, `${base}/redirect`, /answers 302/],
    [open, `${base}/long`, /longer than 1000/],
    [open, `${base}/hang`, /in time/],
    [open, 'http://127.0.0.1:1/', /cannot be reached/],
  ];
  for (const [documents, url, why] of refusals) await t.rejects(documents.fetch(url), { message: why }, url);
});
