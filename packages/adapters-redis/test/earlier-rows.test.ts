// Rows as earlier versions wrote them are still read: what they lack is filled in.
import { fixtures } from '@claviger/core/contract';
import t from 'tap';
import { openRedisStores } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { freshPrefixes } from './support/contract-runs.ts';
import { Inspector } from './support/inspect.ts';

const { fullClient, fullClientToken, fullConsent, fullFlow, fullGrant, fullToken, grantIdOf, hashOf, later, now } =
  fixtures;

const redis = await startRedis();
t.teardown(() => redis.stop());

const prefix = freshPrefixes(redis.prefix)();
const { stores, close } = await openRedisStores({ url: redis.url, prefix });
const inspector = new Inspector(redis.url, prefix);
t.teardown(() => {
  inspector.close();
  return close();
});

const keysLike = async (pattern: RegExp): Promise<readonly string[]> =>
  (await inspector.keys()).filter((key) => pattern.test(key));

/** Removes every member with this name from the JSON. */
const without = (text: string, names: RegExp): string =>
  text.replaceAll(/"(\w+)":\[[^\]]*\],?/g, (member, name) => (names.test(name) ? '' : member)).replaceAll(',}', '}');

const rewriteHash = async (key: string, change: (text: string) => string): Promise<void> => {
  const [field, text] = [await inspector.call('hkeys', key), await inspector.call('hvals', key)].flat();
  await inspector.call('hset', key, String(field), change(String(text)));
};

const rewrite = async (key: string, change: (text: string) => string): Promise<void> => {
  await inspector.call('set', key, change(String(await inspector.call('get', key))), 'KEEPTTL');
};

t.test('clients, flows and consents from before audiences were added have none', async (t) => {
  await stores.clients.create(fullClient());
  await stores.flows.create(fullFlow());
  await stores.consents.remember(fullConsent());
  const audience = /audience$/i;
  for (const key of await keysLike(/^(clients|consents):/)) await rewriteHash(key, (text) => without(text, audience));
  for (const key of await keysLike(/^flow:/)) await rewrite(key, (text) => without(text, audience));

  t.same((await stores.clients.find('app'))?.metadata, { ...fullClient().metadata, audience: [] });
  t.same((await stores.clients.list({ limit: 1, offset: 0 }))[0]?.metadata.audience, []);
  const flow = await stores.flows.find('flow', now);
  t.same([flow?.request.audience, flow?.consent?.accepted?.grantedAudience], [[], []]);
  const [consent] = await stores.consents.findFor('app', 'zoe', now);
  t.same(consent, {
    ...fullConsent(),
    grantedAudience: [],
    request: { ...fullConsent().request, requestedAudience: [] },
  });
});

t.test('tokens and grants from before audiences were added have none', async (t) => {
  const { issuedAt, expiresAt } = fullToken();
  const refreshKey = { grantId: grantIdOf('grant'), hash: hashOf('refresh') };
  const refresh = fullToken({ key: refreshKey, kind: 'refresh', scope: null, expiresAt: later(1000) });
  await stores.tokens.createGrant(fullGrant(), { tokens: [fullToken(), refresh] });
  await stores.tokens.saveClientToken(fullClientToken());
  const [grant = '', access = ''] = await Promise.all([keysLike(/^g:/), keysLike(/^a:/)]).then((keys) => keys.flat());
  await rewrite(grant, (text) => {
    const lines = text.split('\n');
    return [...lines.slice(0, 3), JSON.stringify(JSON.parse(lines[3] ?? '').slice(0, 10))].join('\n');
  });
  await rewriteHash(access, () => `a ${issuedAt} ${expiresAt} ["photos"]`);
  await rewrite(`t:{${refreshKey.grantId}}${refreshKey.hash}`, () => `r ${issuedAt} ${later(1000)} `);
  const own = fullClientToken().key;
  await rewrite(`t:{${own.grantId}}${own.hash}`, () => `c ${issuedAt} ${expiresAt} ["app","reports","photos"]`);

  const former = fullGrant({ audience: [], requestedAudience: [], clientIncarnation: null });
  const { userinfoClaims: _, ...formerGrant } = former;
  t.same(await stores.tokens.findToken(fullToken().key, now), {
    owner: 'grant',
    token: fullToken({ audience: null }),
    rotated: false,
    grant: formerGrant,
  });
  t.match(await stores.tokens.findToken(refreshKey, now), { token: { scope: null, audience: null } });
  t.same(await stores.tokens.findToken(own, now), {
    owner: 'client',
    token: fullClientToken({ audience: [], clientIncarnation: null }),
  });
});

t.test(
  'a client that the previous release created gets an incarnation from its creation time and can be replaced',
  async (t) => {
    const former = fullClient({ id: 'former' });
    await stores.clients.create(former);
    const member = /"incarnation":"[^"]*",/;
    for (const key of await keysLike(/^clients:/)) {
      const text = await inspector.call('hget', key, 'former');
      if (typeof text === 'string') await inspector.call('hset', key, 'former', text.replace(member, ''));
    }
    const found = await stores.clients.find('former');
    t.same(found, { ...former, incarnation: `t${former.createdAt.toString(36)}` });
    t.equal(found && (await stores.clients.replace({ ...found, version: 4 }, 3)), 'replaced');
    t.equal((await stores.clients.find('former'))?.version, 4);
  },
);

t.test('flows and consents that the previous release stored have no incarnation', async (t) => {
  await stores.flows.create(fullFlow({ id: 'former' }));
  await stores.consents.forget({ subject: 'zoe' });
  await stores.consents.remember(fullConsent());
  const member = /"clientIncarnation":"[^"]*",/;
  for (const key of await keysLike(/^flow:former/)) await rewrite(key, (text) => text.replace(member, ''));
  for (const key of await keysLike(/^consents:/)) await rewriteHash(key, (text) => text.replace(member, ''));
  t.equal((await stores.flows.find('former', now))?.clientIncarnation, null);
  t.equal((await stores.consents.findFor('app', 'zoe', now))[0]?.clientIncarnation, null);
});
