// Sets of JSON Web Keys: creating, adding, reading and removing keys.
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { epochSeconds, type Jwk, type KeyAlgorithm, signingKeySet } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { nodeSystem } from '@claviger/core/node';
import t from 'tap';
import { makeKeyUseCases } from '../src/usecases/keys/key-use-cases.ts';

const given = (showSigningKeys = false) => {
  const system = nodeSystem({
    systemSecret: 'a-secret-of-the-tests',
    clock: { now: () => epochSeconds(1_500_000_000) },
  });
  const stores = memoryStores();
  const keys = makeKeyUseCases(
    { keys: stores.keys, events: null, system, settings: { showSigningKeys } },
    () => undefined,
  );
  return {
    stores,
    make: async (set: string, alg: KeyAlgorithm, kid = 'k', use = 'sig') => {
      const result = await keys.createKeys({ set, alg, kid, use });
      return result.outcome === 'added' ? result.keys : [];
    },
    create: keys.createKeys,
    add: keys.addKeys,
    put: keys.putKey,
    get: keys.getKey,
    getSet: keys.getKeySet,
    remove: keys.deleteKey,
    removeSet: keys.deleteKeySet,
  };
};

const oct = (kid: string, k = 'AQAB'): Jwk => ({ kty: 'oct', kid, k });
const lengthOf = (value: unknown): number => Buffer.from(String(value), 'base64url').length;

t.test('a key pair becomes a private and a public key of the same name', async (t) => {
  const { make, getSet } = given();
  const keys = await make('set', 'RS256');
  const [secret, open] = keys;
  t.strictSame(Object.keys(secret ?? {}).sort(), [
    'alg',
    'd',
    'dp',
    'dq',
    'e',
    'kid',
    'kty',
    'n',
    'p',
    'q',
    'qi',
    'use',
  ]);
  t.match(secret, { kty: 'RSA', alg: 'RS256', use: 'sig', kid: 'private:k' });
  t.strictSame(open, { use: 'sig', alg: 'RS256', kty: 'RSA', n: secret?.n, e: 'AQAB', kid: 'public:k' });
  t.equal(lengthOf(open?.n), 512, '4096 bits');
  t.strictSame(await getSet('set'), keys);

  const signature = sign('sha256', Buffer.from('x'), createPrivateKey({ key: { ...secret }, format: 'jwk' }));
  t.ok(verify('sha256', Buffer.from('x'), createPublicKey({ key: { ...open }, format: 'jwk' }), signature));
});

t.test('an elliptic curve key names its curve and no algorithm', async (t) => {
  const { make } = given();
  for (const [alg, crv] of [
    ['ES256', 'P-256'],
    ['ES512', 'P-521'],
  ] as const) {
    const [secret, open] = await make(alg, alg);
    t.strictSame(open, { use: 'sig', kty: 'EC', crv, x: secret?.x, y: secret?.y, kid: 'public:k' });
    t.strictSame(secret, { ...open, d: secret?.d, kid: 'private:k' });
  }
  const [secret, open] = await make('ed', 'EdDSA');
  t.strictSame(open, { use: 'sig', alg: 'EdDSA', kty: 'OKP', crv: 'Ed25519', x: secret?.x, kid: 'public:k' });
});

t.test('RFC 7518 §3.2: a symmetric key is as long as the hash and is a single key', async (t) => {
  const { make } = given();
  for (const [alg, bytes] of [
    ['HS256', 32],
    ['HS512', 64],
  ] as const) {
    const keys = await make(alg, alg);
    t.strictSame(keys, [{ use: 'sig', alg, kty: 'oct', k: keys[0]?.k, kid: 'k' }]);
    t.equal(lengthOf(keys[0]?.k), bytes);
  }
});

t.test('without a kid a random one is chosen; without a use the key has none', async (t) => {
  const { make } = given();
  const [key] = await make('set', 'HS256', '', '');
  t.match(key?.kid, /^[0-9a-f-]{36}$/);
  t.notOk(key && 'use' in key);
});

t.test('an existing kid is refused, and the second call changes nothing', async (t) => {
  const { create, make, getSet } = given();
  const keys = await make('set', 'HS256');
  t.same(await create({ set: 'set', alg: 'HS512', kid: 'k', use: '' }), { outcome: 'exists' });
  t.strictSame(await getSet('set'), keys);
});

t.test('the newest keys of a set come first', async (t) => {
  const { make, getSet } = given();
  await make('set', 'HS256', 'old');
  await make('set', 'ES256', 'new');
  t.strictSame(
    (await getSet('set')).map(({ kid }) => kid),
    ['private:new', 'public:new', 'old'],
  );
});

t.test('no key material reaches the store in clear', async (t) => {
  const { make, stores } = given();
  const [key] = await make('set', 'HS256');
  const stored = JSON.stringify(await stores.keys.list('set'));
  t.notMatch(stored, String(key?.k));
  t.notMatch(stored, 'oct');
});

t.test('a sealed key cannot be opened under another set or kid', async (t) => {
  const { make, stores, get } = given();
  await make('set', 'HS256');
  const stored = await stores.keys.find('set', 'k');
  if (!stored) return t.fail();
  await stores.keys.put({ ...stored, set: 'other' });
  await t.rejects(get('other', 'k'));
});

t.test('the private halves of the signing set are never returned', async (t) => {
  const { create, put, add, get, getSet, stores } = given();
  const made = await create({ set: signingKeySet, alg: 'ES256', kid: 'k', use: 'sig' });
  if (made.outcome !== 'added') return t.fail();
  const [secret, open] = made.keys;
  t.strictSame({ ...secret, kid: 'public:k' }, open);
  t.notOk(secret && 'd' in secret);
  t.strictSame(await getSet(signingKeySet), [secret, open]);
  t.strictSame(await get(signingKeySet, 'private:k'), secret);
  t.strictSame(await put(signingKeySet, oct('own')), { kty: 'oct', kid: 'own' });
  t.strictSame(await add(signingKeySet, [oct('other')]), { outcome: 'added', keys: [{ kty: 'oct', kid: 'other' }] });
  t.ok(await stores.keys.find(signingKeySet, 'private:k'), 'they are stored');
});

t.test('the DANGEROUS setting shows the private halves of the signing set', async (t) => {
  const { create, getSet } = given(true);
  const made = await create({ set: signingKeySet, alg: 'ES256', kid: 'k', use: 'sig' });
  if (made.outcome !== 'added') return t.fail();
  t.match(made.keys[0], { kid: 'private:k', d: String });
  t.strictSame(await getSet(signingKeySet), made.keys);
});

t.test('putting a key replaces the key with the same kid', async (t) => {
  const { put, get, getSet } = given();
  t.strictSame(await put('set', oct('a', 'AAAA')), oct('a', 'AAAA'));
  await put('set', oct('z'));
  await put('set', oct('a', 'BBBB'));
  t.strictSame(await get('set', 'a'), oct('a', 'BBBB'));
  t.strictSame(await getSet('set'), [oct('z'), oct('a', 'BBBB')]);
});

t.test('either all keys are added, or none if a kid exists', async (t) => {
  const { add, getSet } = given();
  t.strictSame(await add('set', [oct('a'), oct('b')]), { outcome: 'added', keys: [oct('a'), oct('b')] });
  t.strictSame(await add('set', [oct('c'), oct('b')]), { outcome: 'exists' });
  t.strictSame(await getSet('set'), [oct('a'), oct('b')]);
  t.strictSame(await add('set', []), { outcome: 'added', keys: [] });
});

t.test('an invalid key or a key without a kid is refused, and the error names the member', async (t) => {
  const { put, add, getSet } = given();
  const rsa = { kty: 'RSA', kid: 'private:r', n: 'AQAB', e: 'AQAB', d: 'AQAB', p: 'AQAB', q: 'AQAB' };
  const refused: readonly [string, string, Jwk][] = [
    ['kty', 'set', { kty: 'nonsense', kid: 'a' }],
    ['k', 'set', { kty: 'oct', kid: 'a' }],
    ['kid', 'set', { kty: 'oct', k: 'AQAB' }],
    ['y', 'set', { kty: 'EC', kid: 'a', crv: 'P-256', x: 'AQAB' }],
    ['d', 'set', { kty: 'OKP', kid: 'a', crv: 'Ed25519', x: 'AQAB', d: 1 }],
  ];
  for (const [member, set, jwk] of refused) {
    const hint = new RegExp(`^${member} `);
    await t.rejects(put(set, jwk), { code: 'invalid_request', hint });
    await t.rejects(add(set, [jwk]), { code: 'invalid_request', hint: new RegExp(`^keys\\[0\\]\\.${member} `) });
    t.same(await getSet(set), []);
  }
  await t.rejects(add('set', [oct('a'), oct('a')]), { code: 'invalid_request', hint: /same kid/ });
  const unusable: readonly Jwk[] = [
    rsa,
    { ...rsa, dp: 'AQAB', dq: 'AQAB', qi: 'AQAB' },
    { kty: 'EC', kid: 'private:e', crv: 'P-256', x: 'AQAB', y: 'AQAB' },
  ];
  for (const jwk of unusable) {
    await t.rejects(put(signingKeySet, jwk), { code: 'invalid_request', hint: /^The key does not belong/ });
    await t.rejects(add(signingKeySet, [jwk]), { code: 'invalid_request', hint: /^keys\[0\] does not belong/ });
    t.same(await getSet(signingKeySet), []);
  }
  t.strictSame(await put('set', rsa), rsa, 'outside the signing set a key need not be complete');
});

t.test('the signing set accepts only keys that others can verify with', async (t) => {
  const { create, put, add, getSet } = given();
  const made = await create({ set: 'set', alg: 'ES256', kid: 'mine', use: 'sig' });
  const [half, open] = made.outcome === 'added' ? made.keys : [];
  if (!half || !open) throw new Error('No key was made.');
  const symmetric = { kty: 'oct', kid: 'public:o', k: 'AQAB' };
  const nowhere = { kty: 'EC', kid: 'public:e', crv: 'P-256', x: 'AQAB', y: 'AQAB' };
  for (const [jwk, hint] of [
    [symmetric, /key pairs only/],
    [nowhere, /is not a key that can verify signatures/],
    [half, /The key public:mine must be in the set already/],
  ] as const) {
    await t.rejects(put(signingKeySet, jwk), { code: 'invalid_request', hint });
    await t.rejects(add(signingKeySet, [jwk]), { code: 'invalid_request', hint });
    t.same(await getSet(signingKeySet), []);
  }
  t.match(await add(signingKeySet, [half, open]), { outcome: 'added' }, 'both in one call');
  t.match(await put(signingKeySet, half), { kid: 'private:mine' }, 'or one after the other');
});

t.test('keys and sets are deleted, and a missing one is reported', async (t) => {
  const { add, remove, removeSet, getSet, get } = given();
  await add('set', [oct('a'), oct('b'), oct('c')]);
  t.equal(await remove('set', 'a'), true);
  t.equal(await remove('set', 'a'), false);
  t.equal(await get('set', 'a'), undefined);
  t.equal(await removeSet('set'), 2);
  t.equal(await removeSet('set'), 0);
  t.same(await getSet('set'), []);
});
