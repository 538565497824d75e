// Declared clients: the plan, its steps, and what happens when others change the clients after the plan.
import {
  type DeclaredClient,
  type DomainEvent,
  emptyClientMetadata,
  type ProposedMetadata,
  type Provider,
  type Stores,
} from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import t from 'tap';
import { givenAProvider } from './support/given-a-provider.ts';

const declared = (id: string, change: Partial<ProposedMetadata> = {}, secret?: string): DeclaredClient => ({
  id,
  secret,
  metadata: { ...emptyClientMetadata, redirectUris: ['https://shop.example/cb'], ...change },
});

const publicClient = (id: string, change: Partial<ProposedMetadata> = {}) =>
  declared(id, { tokenEndpointAuthMethod: 'none', ...change });

const plan = ({ admin }: Provider, clients: readonly DeclaredClient[], findAbsent = true) =>
  admin.planDeclarations({ declarations: { clients }, findAbsent });

const apply = async (provider: Provider, clients: readonly DeclaredClient[]) => {
  const outcomes: string[] = [];
  for (const { action, id, run } of (await plan(provider, clients)).steps)
    outcomes.push(`${action} ${id}: ${await run()}`);
  return outcomes;
};

const actions = async (provider: Provider, clients: readonly DeclaredClient[]) =>
  (await plan(provider, clients)).steps.map(({ action, id, changes }) => ({
    action,
    id,
    members: changes.map(({ member }) => member),
  }));

t.test('a plan lists what differs, writes nothing, and is empty after its steps', async (t) => {
  const recorded: string[] = [];
  const record = (event: DomainEvent) => recorded.push('clientId' in event ? `${event.type} ${event.clientId}` : '');
  const { provider, stores } = givenAProvider({}, { events: { record } });
  const shop = declared('shop', {}, 'a chosen secret of the shop');
  t.match(await actions(provider, [shop]), [{ action: 'create', id: 'shop' }]);
  t.same(await stores.clients.list({ limit: 10, offset: 0 }), []);
  t.same(await apply(provider, [shop, publicClient('app')]), ['create shop: done', 'create app: done']);
  t.same(await actions(provider, [shop, publicClient('app')]), []);

  const changed = [declared('shop', { name: 'Shop', scope: 'a b' }, 'another secret, chosen'), publicClient('app')];
  t.same(await actions(provider, changed), [{ action: 'update', id: 'shop', members: ['name', 'scope', 'secret'] }]);
  const { steps } = await plan(provider, changed);
  t.same(steps[0]?.changes[0], { member: 'name', from: null, to: 'Shop' });
  t.notMatch(JSON.stringify(steps), /chosen/, 'secrets are not in the plan');
  t.same(await apply(provider, changed), ['update shop: done']);
  t.same(await apply(provider, [publicClient('app')]), ['delete shop: done']);
  t.same(recorded, [
    'OAuth2ClientCreated shop',
    'OAuth2ClientCreated app',
    'OAuth2ClientUpdated shop',
    'OAuth2ClientDeleted shop',
  ]);
});

t.test('a declaration without a secret keeps the present one, and without any is refused', async (t) => {
  const { provider, stores } = givenAProvider();
  await provider.admin.createClient({ id: 'shop', metadata: declared('shop').metadata });
  const before = (await stores.clients.find('shop'))?.storedSecret;
  t.same(await apply(provider, [declared('shop', { name: 'Shop' })]), ['update shop: done']);
  t.equal((await stores.clients.find('shop'))?.storedSecret, before);
  const { problems } = await plan(provider, [
    declared('new'),
    { ...publicClient('app'), secret: 'a secret that is useless' },
    declared('jwt', { tokenEndpointAuthMethod: 'client_secret_jwt' }, 'too short for a MAC'),
    declared('shop', { tokenEndpointAuthMethod: 'client_secret_jwt' }),
    declared('uri', { redirectUris: ['nowhere'] }, 'a chosen secret of uri'),
  ]);
  t.match(problems, [
    { kind: 'clients', id: 'new', hint: /^client_secret must be set/ },
    { id: 'app', hint: /^client_secret must be left out/ },
    { id: 'jwt', hint: /^client_secret must have at least 32 bytes/ },
    { id: 'shop', hint: /^client_secret must be sent again/ },
    { id: 'uri', hint: /^redirect_uris/ },
  ]);
  const keys = { keys: [{ kty: 'EC', crv: 'P-256', x: 'eA', y: 'eQ' }] };
  const keyed = declared('keyed', { tokenEndpointAuthMethod: 'private_key_jwt', jwks: keys });
  t.same(
    await apply(provider, [keyed, declared('shop')]),
    ['create keyed: done', 'update shop: done'],
    'a client with keys needs no secret',
  );
  t.equal((await stores.clients.find('keyed'))?.storedSecret, null);
  const reordered = { keys: [{ y: 'eQ', x: 'eA', crv: 'P-256', kty: 'EC' }] };
  const same = { ...keyed, metadata: { ...keyed.metadata, jwks: reordered } };
  t.same(await actions(provider, [same, declared('shop')]), []);
});

t.test('a client of an administrator is adopted without a change, and only declared clients are deleted', async (t) => {
  const { provider, stores } = givenAProvider();
  await provider.admin.createClient({ id: 'theirs', metadata: publicClient('theirs').metadata });
  await provider.admin.createClient({ id: 'untouched', metadata: publicClient('untouched').metadata });
  t.same(await actions(provider, [publicClient('theirs')]), [{ action: 'adopt', id: 'theirs', members: [] }]);
  const before = await stores.clients.find('theirs');
  t.same(await apply(provider, [publicClient('theirs')]), ['adopt theirs: done']);
  t.same(await stores.clients.find('theirs'), { ...before, declared: true, version: 2 });
  await provider.admin.updateClient({ id: 'theirs', metadata: publicClient('theirs', { name: 'Renamed' }).metadata });
  t.same(await apply(provider, []), ['delete theirs: done']);
  t.ok(await stores.clients.find('untouched'));
});

t.test('the authentication method of a client that registered itself stays stated', async (t) => {
  const { provider, stores } = givenAProvider({ clientRegistration: 'open' });
  const registered = await provider.registration?.register({
    initialAccessToken: undefined,
    softwareStatement: undefined,
    metadata: declared('').metadata,
  });
  const id = registered?.client.id ?? '';
  const same = declared(id, { ...registered?.client.metadata, tokenEndpointAuthMethod: null });
  t.same(await actions(provider, [same]), [{ action: 'adopt', id, members: [] }]);
  t.same(await apply(provider, [same]), [`adopt ${id}: done`]);
  t.equal((await stores.clients.find(id))?.authMethodUnstated, undefined);
});

/** Plans, lets somebody else act, and runs the steps. */
const between = async (
  provider: Provider,
  clients: readonly DeclaredClient[],
  act: (provider: Provider) => Promise<unknown>,
) => {
  const { steps } = await plan(provider, clients);
  await act(provider);
  return Promise.all(steps.map(async ({ action, run }) => `${action}: ${await run()}`));
};

t.test('a change that an administrator makes after the plan is never overwritten', async (t) => {
  const given = async () => {
    const { provider, stores } = givenAProvider();
    await apply(provider, [declared('shop', {}, 'a chosen secret of the shop')]);
    return { provider, stores };
  };
  const wanted = [declared('shop', { name: 'From the file' }, 'a chosen secret of the shop')];
  const put = (change: Partial<ProposedMetadata>, secret?: string) => (provider: Provider) =>
    provider.admin.updateClient({ id: 'shop', secret, metadata: declared('shop', change).metadata });
  const find = (stores: Stores) => stores.clients.find('shop');

  const edited = await given();
  t.same(await between(edited.provider, wanted, put({ scope: 'theirs' })), ['update: conflict']);
  t.match(await find(edited.stores), { metadata: { scope: 'theirs', name: null } });

  const equal = await given();
  t.same(await between(equal.provider, wanted, put({ name: 'From the file' })), ['update: unneeded']);

  const rotated = await given();
  const newSecret = [declared('shop', {}, 'a new secret from the file')];
  t.same(await between(rotated.provider, newSecret, put({}, 'a secret of the admin')), ['update: conflict']);

  const deleted = await given();
  t.same(await between(deleted.provider, wanted, ({ admin }) => admin.deleteClient('shop')), ['update: conflict']);
  t.equal(await find(deleted.stores), undefined);

  const pruned = await given();
  t.same(await between(pruned.provider, [], put({ scope: 'theirs' })), ['delete: conflict']);
  t.match(await find(pruned.stores), { metadata: { scope: 'theirs' } });
  t.same(await between(pruned.provider, [], ({ admin }) => admin.deleteClient('shop')), ['delete: unneeded']);

  const created = givenAProvider();
  const create = ({ admin }: Provider) =>
    admin.createClient({ id: 'shop', metadata: declared('shop', { scope: 'theirs' }).metadata });
  t.same(await between(created.provider, wanted, create), ['create: conflict']);
  t.match(await find(created.stores), { metadata: { scope: 'theirs' } });
});

t.test('a write that changes nothing declared does not stand in the way', async (t) => {
  const { provider, stores } = givenAProvider();
  await apply(provider, [publicClient('app')]);
  const touch = async () => {
    const client = await stores.clients.find('app');
    if (client) await stores.clients.replace({ ...client, version: client.version + 1 }, client.version);
  };
  t.same(await between(provider, [publicClient('app', { name: 'App' })], touch), ['update: done']);
});

t.test('of 10 nodes that apply the same declarations concurrently, one writes each client', async (t) => {
  const stores = memoryStores();
  const nodes = Array.from({ length: 10 }, () => givenAProvider({}, { stores }).provider);
  for (const clients of [[publicClient('a'), publicClient('b')], [publicClient('a', { name: 'A' })]]) {
    const plans = await Promise.all(nodes.map((node) => plan(node, clients)));
    const outcomes = await Promise.all(
      plans.flatMap(({ steps }) => steps.map(async ({ action, id, run }) => `${action} ${id}: ${await run()}`)),
    );
    const done = outcomes.filter((outcome) => outcome.endsWith('done'));
    t.equal(new Set(done).size, done.length);
    t.equal(outcomes.filter((outcome) => outcome.endsWith('conflict')).length, 0);
    t.same(await actions(nodes[0] as Provider, clients), []);
  }
});
