// PATCH /clients/{id}: a JSON Merge Patch (RFC 7396), which keeps what it does not name.
import t from 'tap';
import { adminError, givenAServer, noSuchRowBody } from './support/given-a-server.ts';

const shop = {
  client_id: 'shop',
  client_name: 'The shop',
  client_secret: 'a-secret-of-the-shop',
  grant_types: ['client_credentials'],
  scope: 'photos',
  audience: ['https://api.example'],
  owner: 'anna',
  default_max_age: 60,
};

t.test('a patch changes what it names, and null sets a member to its default', async (t) => {
  const { admin } = givenAServer(t);
  await admin('POST /clients', { json: shop });
  const before = (await admin('GET /clients/shop')).json as Record<string, unknown>;
  const { default_max_age: _, ...kept } = before;
  const json = {
    client_id: 'other',
    client_name: 'New',
    owner: null,
    default_max_age: null,
    contacts: ['a@b.example'],
  };
  const patched = await admin('PATCH /clients/shop', { json });
  t.equal(patched.status, 200);
  const expected = { ...kept, client_name: 'New', owner: '', contacts: ['a@b.example'] };
  t.strictSame(patched.json, expected);
  t.strictSame((await admin('GET /clients/shop')).json, expected);
  t.strictSame((await admin('PATCH /clients/shop', { json: {} })).json, expected, 'an empty patch changes nothing');
});

t.test('the secret stays unless the patch has one', async (t) => {
  const { admin, public: open } = givenAServer(t);
  await admin('POST /clients', { json: shop });
  const token = async (secret: string) =>
    (
      await open('POST /oauth2/token', {
        form: { grant_type: 'client_credentials' },
        headers: { authorization: `Basic ${btoa(`shop:${secret}`)}` },
      })
    ).status;
  await admin('PATCH /clients/shop', { json: { scope: 'photos videos', client_secret: null } });
  t.equal(await token('a-secret-of-the-shop'), 200);
  const patched = await admin('PATCH /clients/shop', { json: { client_secret: 'another secret of the shop' } });
  t.match(patched.json, { client_secret: 'another secret of the shop', scope: 'photos videos' });
  t.equal(await token('a-secret-of-the-shop'), 401);
  t.equal(await token('another secret of the shop'), 200);
});

t.test('concurrent patches of different members are all kept', async (t) => {
  const { admin } = givenAServer(t);
  await admin('POST /clients', { json: shop });
  const patches = [{ client_name: 'A' }, { owner: 'B' }, { scope: 'c' }, { client_uri: 'https://shop.example/' }];
  const replies = await Promise.all(patches.map((json) => admin('PATCH /clients/shop', { json })));
  t.strictSame(
    replies.map(({ status }) => status),
    [200, 200, 200, 200],
  );
  t.match((await admin('GET /clients/shop')).json, Object.assign({}, ...patches));
});

t.test('a patch that does not fit is refused, and changes nothing', async (t) => {
  const { admin } = givenAServer(t);
  await admin('POST /clients', { json: shop });
  const bad = await admin('PATCH /clients/shop', { json: { client_name: 'New', grant_types: ['clairvoyance'] } });
  t.match([bad.status, bad.json], [400, { error: 'invalid_request', error_hint: /^grant_types: "clairvoyance"/ }]);
  const type = await admin('PATCH /clients/shop', { json: { scope: ['a'] } });
  t.strictSame(
    [type.status, type.json],
    [400, adminError(400, 'invalid_request', 'The member "scope" must be string.')],
  );
  t.match((await admin('GET /clients/shop')).json, { client_name: 'The shop', scope: 'photos' });
  const unknown = await admin('PATCH /clients/ghost', { json: {} });
  t.strictSame([unknown.status, unknown.json], [404, noSuchRowBody]);
});
