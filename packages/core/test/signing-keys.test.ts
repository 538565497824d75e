// The signing keys: created when they are needed, rotated on schedule, shared by nodes.
import {
  createProvider,
  epochSeconds,
  type Jwk,
  type Provider,
  type Settings,
  type SigningAlgorithm,
  type Stores,
  seconds,
  signingAlgorithms,
  signingKeySet,
} from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { nodeSystem } from '@claviger/core/node';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import t from 'tap';
import { defaultSettings } from '../src/settings.ts';
import { sealKey } from '../src/usecases/keys/sealed-key.ts';
import { StoredSigningKeys } from '../src/usecases/keys/stored-signing-keys.ts';
import { get } from './support/wire.ts';

const start = 1_800_000_000;
const day = 24 * 3600;

interface Node {
  /** As another process of the same node holds them: it learns of changes only when its cache expires. */
  readonly keys: StoredSigningKeys;
  readonly provider: Provider;
}

/** Nodes of one system, with shared stores and one clock. */
const given = (change: Partial<Settings> = {}, stores: Stores = memoryStores()) => {
  const settings = { maxClientTokenLifespan: seconds(3600), ...change };
  let now = start;
  const system = nodeSystem({ systemSecret: 'a secret of the tests', clock: { now: () => epochSeconds(now) } });
  const complete = { ...defaultSettings, ...settings };
  const node = (): Node => ({
    keys: new StoredSigningKeys({ ...stores, events: null, system, settings: complete }),
    provider: createProvider({
      issuer: 'http://127.0.0.1:4444/',
      stores,
      system,
      settings,
      ui: { loginUrl: 'http://a.example', consentUrl: 'http://a.example', errorUrl: null, logoutRedirectUrl: '' },
    }),
  });
  return {
    stores,
    system,
    node,
    wait: (length: number) => {
      now += length;
    },
  };
};

const signWith = ({ keys }: Node, alg: SigningAlgorithm = 'RS256'): Promise<string> =>
  keys.sign({ iss: 'me' }, alg, 'JWT');

const kidOf = (jwt: string): string => decodeProtectedHeader(jwt).kid ?? '';

const published = async ({ keys }: Node): Promise<{ keys: Jwk[] }> => ({ keys: [...(await keys.publicKeys())] });

const kidsOf = async (node: Node): Promise<readonly string[]> =>
  (await published(node)).keys.map(({ kid }) => kid ?? '');

const rotate = ({ provider }: Node, holder = 'one') => provider.admin.rotateKeys({ holder });

t.test('the published key verifies signatures in every algorithm, and the header names that key', async (t) => {
  const one = given().node();
  for (const alg of signingAlgorithms) {
    const jwt = await signWith(one, alg);
    const { protectedHeader, payload } = await jwtVerify(jwt, createLocalJWKSet(await published(one)), {
      algorithms: [alg],
    });
    t.strictSame(protectedHeader, { alg, kid: protectedHeader.kid, typ: 'JWT' });
    t.match(protectedHeader.kid, /^public:[0-9a-f-]{36}$/);
    t.strictSame(payload, { iss: 'me' });
    t.equal(kidOf(await one.keys.sign({}, alg, 'at+jwt')), protectedHeader.kid);
  }
  t.equal((await kidsOf(one)).length, 4);
});

t.test('keys are created when they are needed: first RS256 and those of the settings, others later', async (t) => {
  const { node } = given({ idTokenSigningAlg: 'ES256', accessTokenSigningAlg: 'EdDSA' });
  const one = node();
  t.strictSame((await published(one)).keys.map(({ kty, crv }) => crv ?? kty).sort(), ['Ed25519', 'P-256', 'RSA']);
  await one.keys.prepare('PS256');
  await one.keys.prepare('PS256');
  t.strictSame(
    (await published(one)).keys.map(({ alg }) => alg === 'PS256'),
    [true, false, false, false],
  );
});

t.test('of ten nodes that need keys concurrently, one creates them', async (t) => {
  const { node, stores } = given();
  const nodes = Array.from({ length: 10 }, node);
  const first = await Promise.all(nodes.map((each) => signWith(each)));
  t.equal(new Set(first.map(kidOf)).size, 1, 'on an empty store');
  const second = await Promise.all(nodes.map((each) => signWith(each, 'ES256')));
  t.equal(new Set(second.map(kidOf)).size, 1, 'for another algorithm');
  t.equal((await stores.keys.list(signingKeySet)).length, 4);
});

t.test('a node that dies while it creates a key delays the others only until its lease ends', async (t) => {
  const { node, stores, system, wait } = given();
  const name = system.digest.sha256('claviger/missing-keys') as Parameters<Stores['leases']['acquire']>[0]['name'];
  await stores.leases.acquire({ name, holder: 'dead', until: epochSeconds(start + 10) }, epochSeconds(start));
  const waiting = signWith(node());
  await new Promise((resolve) => setTimeout(resolve, 120));
  t.strictSame(await stores.keys.list(signingKeySet), [], 'it waits');
  wait(10);
  t.match(await waiting, /^ey/);
});

t.test('a deleted key is replaced by a new one with another kid', async (t) => {
  const { node, wait } = given();
  const one = node();
  const [kid = ''] = await kidsOf(one);
  for (const half of [kid, kid.replace('public:', 'private:')]) {
    await one.provider.admin.deleteKey(signingKeySet, half);
  }
  wait(1);
  const [next = ''] = await kidsOf(one);
  t.match(next, /^public:/);
  t.not(next, kid);
});

t.test('scheduled rotation: a key is published, signs later, still verifies afterwards, and is removed', async (t) => {
  const { node, wait, stores } = given();
  const one = node();
  const [first = ''] = await kidsOf(one);
  const oldToken = await signWith(one);
  t.strictSame(await rotate(one), { outcome: 'rotated', published: [], removed: [] });

  wait(89 * day - 1);
  t.strictSame(await rotate(one), { outcome: 'rotated', published: [], removed: [] }, 'not yet');
  wait(1);
  const result = await rotate(one);
  if (result.outcome !== 'rotated') return t.fail();
  const [second = ''] = result.published;
  t.match(result, { published: [/^public:/], removed: [] });
  t.strictSame(await kidsOf(one), [first, second], 'a key that does not sign yet is published last');
  t.equal(kidOf(await signWith(one)), first);
  t.strictSame(await rotate(one), { outcome: 'rotated', published: [], removed: [] }, 'once');

  wait(day - 1);
  t.equal(kidOf(await signWith(one)), first);
  const lastToken = await signWith(one);
  wait(1);
  t.equal(kidOf(await signWith(one)), second, 'it signs from the second that was scheduled');
  t.strictSame(await kidsOf(one), [second, first]);
  for (const token of [oldToken, lastToken, await signWith(one)]) {
    await t.resolves(jwtVerify(token, createLocalJWKSet(await published(one))));
  }

  wait(2 * 3600 - 1);
  t.match(await rotate(one), { removed: [] }, 'one hour for its tokens and one hour for clocks');
  wait(1);
  t.strictSame(await rotate(one), { outcome: 'rotated', published: [], removed: [first] });
  t.strictSame(await kidsOf(one), [second]);
  t.equal((await stores.keys.list(signingKeySet)).length, 2);
});

t.test('another node signs with a new key at the same moment, without a message from the first', async (t) => {
  const { node, wait } = given();
  const [one, two] = [node(), node()];
  const before = await Promise.all([signWith(one), signWith(two)]);
  t.equal(new Set(before.map(kidOf)).size, 1);
  wait(89 * day);
  await rotate(one, 'one');
  t.strictSame(await rotate(two, 'two'), { outcome: 'lease-not-acquired' });
  wait(1);
  t.equal((await kidsOf(two)).length, 2, 'published on the other node a second later');
  wait(day);
  const after = await Promise.all([signWith(one), signWith(two)]);
  t.equal(new Set(after.map(kidOf)).size, 1);
  t.not(kidOf(after[0]), kidOf(before[0]));
  t.match(await rotate(two, 'two'), { outcome: 'rotated' }, 'the lease ends after its time');
});

t.test('each algorithm in use rotates, and the successor of an RSA key has the same length', async (t) => {
  const { node, wait } = given();
  const one = node();
  await signWith(one, 'ES256');
  await one.provider.admin.createKeys({ set: signingKeySet, alg: 'RS256', kid: 'long', use: 'sig' });
  wait(89 * day);
  const result = await rotate(one);
  t.equal(result.outcome === 'rotated' && result.published.length, 2);
  wait(day);
  const { keys } = await published(one);
  t.strictSame(
    keys
      .slice(0, 2)
      .map(({ kty }) => kty)
      .sort(),
    ['EC', 'RSA'],
  );
  t.equal(Buffer.from(String(keys.find(({ kty }) => kty === 'RSA')?.n), 'base64url').length, 512);
});

t.test('a key that an administrator adds signs immediately and replaces one that waits', async (t) => {
  const { node, wait } = given({ idTokenSigningAlg: 'ES256' });
  const one = node();
  const first = kidOf(await signWith(one, 'ES256'));
  wait(89 * day);
  await rotate(one);
  await one.provider.admin.createKeys({ set: signingKeySet, alg: 'ES256', kid: 'mine', use: 'sig' });
  wait(1);
  t.equal(kidOf(await signWith(one, 'ES256')), 'public:mine');
  wait(day);
  t.equal(kidOf(await signWith(one, 'ES256')), 'public:mine', 'although the waiting key would sign by now');
  const result = await rotate(one);
  if (result.outcome !== 'rotated') return t.fail(result.outcome);
  wait(1);
  const left = await kidsOf(one);
  t.ok(result.removed.includes(first) && !left.includes(first));
  t.equal((await published(one)).keys.filter(({ kty }) => kty === 'EC').length, 1);
});

t.test('a key stays published as long as the token of any client may live', async (t) => {
  const { node, wait } = given({ maxClientTokenLifespan: seconds(30 * 3600) });
  const one = node();
  const [first = ''] = await kidsOf(one);
  wait(89 * day);
  await rotate(one);
  wait(day + 31 * 3600 - 1);
  t.match(await rotate(one), { removed: [] });
  wait(1);
  t.match(await rotate(one), { removed: [first] });
});

t.test('a removal that stops half way is completed the next time', async (t) => {
  const sound = memoryStores();
  let fails = false;
  const keys: Stores['keys'] = new Proxy(sound.keys, {
    get: (target, property: keyof Stores['keys']) =>
      property === 'remove'
        ? (set: string, kid: string) =>
            fails && kid.startsWith('private:') ? Promise.reject(new Error('cut off')) : target.remove(set, kid)
        : (target[property] as (...all: unknown[]) => unknown).bind(target),
  });
  const { node, wait, stores } = given({}, { ...sound, keys });
  const one = node();
  const [first = ''] = await kidsOf(one);
  wait(89 * day);
  await rotate(one);
  wait(2 * day);
  fails = true;
  await t.rejects(rotate(one), /cut off/);
  wait(1);
  t.not(kidOf(await signWith(one)), first);
  fails = false;
  t.match(await rotate(one), { removed: [first] });
  t.equal((await stores.keys.list(signingKeySet)).length, 2);
});

t.test('the time from which a key signs is sealed with the key and never shown', async (t) => {
  const { node, wait, stores } = given({ showSigningKeys: true });
  const one = node();
  await kidsOf(one);
  wait(89 * day);
  await rotate(one);
  const shown = JSON.stringify([
    await one.provider.admin.getKeySet(signingKeySet),
    await published(one),
    await stores.keys.list(signingKeySet),
  ]);
  t.notMatch(shown, /signsFrom/);
  t.match((await one.provider.admin.getKeySet(signingKeySet))[0], { kty: 'RSA', d: String, kid: /^private:/ });
});

t.test('keys that earlier versions stored sign from their creation', async (t) => {
  const { node, stores, system } = given();
  const pair = { kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'public:old' };
  const sealed = sealKey(system.cipher, pair, { set: signingKeySet, createdAt: epochSeconds(start - 5) });
  t.strictSame(JSON.parse(system.cipher.open(sealed.sealedJwk, JSON.stringify([signingKeySet, 'public:old']))), pair);
  await stores.keys.add([sealed]);
  t.match((await kidsOf(node())).at(-1), 'public:old');
});

t.test('rotation is off with an interval of 0 and with keys in an external service', async (t) => {
  const { node, wait } = given({ keyRotationInterval: seconds(0) });
  const one = node();
  await kidsOf(one);
  wait(9999 * day);
  t.strictSame(await rotate(one), { outcome: 'off' });
  const { stores, system } = given();
  const elsewhere = createProvider({
    issuer: 'http://127.0.0.1:4444/',
    stores,
    system,
    signingKeys: { algorithms: ['RS256'], prepare: async () => {}, sign: async () => '', publicKeys: async () => [] },
    ui: { loginUrl: 'http://a.example', consentUrl: 'http://a.example', errorUrl: null, logoutRedirectUrl: '' },
  });
  t.strictSame(await elsewhere.admin.rotateKeys({ holder: 'one' }), { outcome: 'off' });
  const discovery = JSON.parse((await get(elsewhere.endpoints.discovery, '/')).body);
  t.strictSame(
    discovery.id_token_signing_alg_values_supported,
    ['RS256'],
    'discovery lists the algorithms of those keys',
  );
});

t.test('settings that cannot work are named', async (t) => {
  const { stores, system } = given();
  const create = (settings: Partial<Settings>) => () =>
    createProvider({
      issuer: 'http://127.0.0.1:4444/',
      stores,
      system,
      settings,
      ui: { loginUrl: 'http://a.example', consentUrl: 'http://a.example', errorUrl: null, logoutRedirectUrl: '' },
    });
  t.throws(create({ keyRotationInterval: seconds(-1) }), /keyRotationInterval/);
  t.throws(create({ keyPublishAhead: seconds(90 * day) }), /keyPublishAhead must be shorter/);
  t.doesNotThrow(create({ keyPublishAhead: seconds(90 * day), keyRotationInterval: seconds(0) }));
});
