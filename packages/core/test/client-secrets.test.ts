// Client secrets that a person chose: recognised without a slow hash, even in a new process, and never locked out.
import { randomBytes, scryptSync } from 'node:crypto';
import { type Client, type ClientStore, type ConfidentialClient, emptyClientMetadata } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { nodeSystem } from '@claviger/core/node';
import t from 'tap';
import { networkOf } from '../src/domain/network.ts';
import { givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { basic, json, post } from './support/wire.ts';

const [first, second] = ['the first system secret', 'the second system secret'];
const hasherOf = (systemSecret: string, ...previousSecrets: string[]) =>
  nodeSystem({ systemSecret, previousSecrets }).secretHasher;

/** As the previous release makes it, but at less cost. */
const hashWithoutMac = (secret: string): string => {
  const salt = randomBytes(16);
  const key = scryptSync(secret, salt, 32, { N: 16, r: 8, p: 1 });
  return `scrypt:16:8:1:${salt.toString('base64url')}:${key.toString('base64url')}`;
};

const clientWith = (storedSecret: string, id = 'shop'): Client => ({
  id,
  metadata: {
    ...emptyClientMetadata,
    tokenEndpointAuthMethod: 'client_secret_basic',
    grantTypes: ['client_credentials'],
  } as ConfidentialClient['metadata'],
  storedSecret,
  incarnation: 'drawn-01',
  createdAt: startOfTime,
  updatedAt: startOfTime,
  version: 1,
});

/** A fresh process over the store. */
const givenAProcess = (clients: ClientStore, systemSecret = first, ...previousSecrets: string[]) => {
  const stores = { ...memoryStores(), clients };
  const { provider } = givenAProvider({}, { stores, system: nodeSystem({ systemSecret, previousSecrets }) });
  const ask = async (secret: string, id = 'shop', address = '192.0.2.1') => {
    const headers = { ...basic(id, secret), 'x-test-address': address };
    const reply = await post(provider.endpoints.token, { grant_type: 'client_credentials' }, headers);
    return { status: reply.status, error: json(reply).error, retryAfter: reply.headers['retry-after'] };
  };
  return { ask, provider };
};

t.test('a hash recognises its secret and rules out others without scrypt, even in a new process', async (t) => {
  const hash = await hasherOf(first).hashChosen('chosen');
  const fresh = hasherOf(first);
  t.equal(fresh.recognise('chosen', hash), 'right');
  t.equal(fresh.recognise('guess', hash), 'wrong');
  t.equal(await fresh.verify('chosen', hash), true);
  t.equal(await fresh.verify('guess', hash), false);
  t.notMatch(hash, 'chosen');
});

t.test('a secret that was recognised before is accepted for its own hash only', async (t) => {
  const hasher = hasherOf(first);
  const [old, replaced] = await Promise.all([hasher.hashChosen('old'), hasher.hashChosen('new')]);
  for (let turn = 0; turn < 3; turn += 1) {
    t.equal(hasher.recognise('old', old), 'right');
    t.equal(hasher.recognise('guess', old), 'wrong');
    t.equal(hasher.recognise('old', replaced), 'wrong');
    t.equal(hasher.recognise('new', replaced), 'right');
  }
});

t.test('nodes of the previous release read the hash as they always did', async (t) => {
  const hash = await hasherOf(first).hashChosen('chosen');
  const [, N, r, p, salt = '', key = ''] = hash.split(':');
  const cost = { N: Number(N), r: Number(r), p: Number(p), maxmem: 64 * 1024 * 1024 };
  t.equal(scryptSync('chosen', Buffer.from(salt, 'base64url'), 32, cost).toString('base64url'), key);
});

t.test('equal secrets of two clients have different MACs, and a MAC is valid for its own hash only', async (t) => {
  const hasher = hasherOf(first);
  const [a, b] = await Promise.all([hasher.hashChosen('chosen'), hasher.hashChosen('chosen')]);
  const macOf = (hash: string) => hash.slice(hash.lastIndexOf(':'));
  t.not(macOf(a), macOf(b));
  const mixed = hashWithoutMac('another') + macOf(a);
  t.equal(hasher.recognise('chosen', mixed), 'wrong');
});

t.test('system secrets rotate: an earlier one still recognises, and without it scrypt does', async (t) => {
  const hash = await hasherOf(first).hashChosen('chosen');
  const both = hasherOf(second, first);
  t.equal(both.recognise('chosen', hash), 'outdated');
  t.equal(both.recognise('guess', hash), 'wrong');
  const renewed = both.renew('chosen', hash);
  t.equal(hasherOf(second).recognise('chosen', renewed), 'right');
  t.equal(hasherOf(second).recognise('chosen', hash), 'unknown');
  t.equal(await hasherOf(second).verify('chosen', hash), true);
  t.equal(await hasherOf(second).verify('guess', hash), false);
});

t.test('the first success stores a hash that every process recognises', async (t) => {
  for (const [name, hash, secrets] of [
    ['without a MAC', hashWithoutMac('chosen'), [first]],
    ['under an earlier system secret', await hasherOf(second).hashChosen('chosen'), [first, second]],
    ['under a forgotten system secret', await hasherOf('a forgotten system secret').hashChosen('chosen'), [first]],
  ] as const) {
    const { clients } = memoryStores();
    await clients.create(clientWith(hash));
    const { ask } = givenAProcess(clients, ...(secrets as readonly [string]));
    t.match(await ask('guess'), { status: 401, error: 'invalid_client' }, name);
    t.equal((await clients.find('shop'))?.storedSecret, hash, `${name}: a wrong secret changes nothing`);
    t.match(await ask('chosen'), { status: 200 }, name);
    const stored = await clients.find('shop');
    t.equal(hasherOf(first).recognise('chosen', stored?.storedSecret ?? ''), 'right', name);
    t.match(stored, { updatedAt: startOfTime, version: 2 }, name);
    t.match(await ask('chosen'), { status: 200 }, name);
    t.equal((await clients.find('shop'))?.version, 2, `${name}: once`);
  }
});

t.test('a store that cannot be written to locks nobody out, and each process tries it once', async (t) => {
  const { clients } = memoryStores();
  await clients.create(clientWith(hashWithoutMac('chosen')));
  let tries = 0;
  const readOnly: ClientStore = {
    create: (client) => clients.create(client),
    find: (id) => clients.find(id),
    list: (page) => clients.list(page),
    remove: (id) => clients.remove(id),
    removeUnchanged: (client) => clients.removeUnchanged(client),
    replace: async () => {
      tries += 1;
      throw new Error('read-only');
    },
  };
  const { ask } = givenAProcess(readOnly);
  const replies = await Promise.all(Array.from({ length: 5 }, () => ask('chosen')));
  t.same(
    replies.map(({ status }) => status),
    [200, 200, 200, 200, 200],
  );
  t.match(await ask('guess'), { status: 401 });
  t.equal(tries, 1);
});

t.test('a new process under a flood of wrong secrets always accepts the right one', async (t) => {
  const { clients } = memoryStores();
  await clients.create(clientWith(await hasherOf(first).hashChosen('chosen'), 'shop'));
  await clients.create(clientWith(hashWithoutMac('chosen'), 'earlier'));
  const { ask } = givenAProcess(clients);
  const flood = Array.from({ length: 150 }, (_, index) => ask(`guess ${index}`));
  t.match(await ask('chosen'), { status: 200 }, 'from the same address');
  const slow = Array.from({ length: 40 }, (_, index) => ask(`guess ${index}`, 'earlier', '198.51.100.1'));
  let answered = 0;
  for (const one of slow) one.then(() => (answered += 1));
  t.match(await ask('chosen', 'earlier', '203.0.113.9'), { status: 200 }, 'from another address');
  t.ok(answered < 20, 'before the queue of the first address has come to its end');
  const replies = await Promise.all(flood);
  t.equal(replies.filter(({ status }) => status === 401).length, 100);
  t.same(replies.at(-1), { status: 429, error: 'invalid_client', retryAfter: '60' });
  t.match(await ask('chosen'), { status: 200 }, 'after too many wrong guesses too');
  t.match(await Promise.all(slow), Array(40).fill({ status: 401 }));
});

t.test('any number of clients with chosen secrets can be created concurrently', async (t) => {
  const { provider } = givenAProvider();
  const created = await Promise.all(
    Array.from({ length: 24 }, (_, index) =>
      provider.admin.createClient({ id: `client ${index}`, secret: 'chosen-secret', metadata: emptyClientMetadata }),
    ),
  );
  t.ok(created.every(({ outcome }) => outcome === 'created'));
});

t.test('a network: an IPv4 address, or the /64 of an IPv6 address', async (t) => {
  t.equal(networkOf('192.0.2.1'), '192.0.2.1');
  t.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1');
  t.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2');
  t.equal(networkOf('2001:db8::5:6'), '2001:db8:0:0');
  t.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0');
  t.equal(networkOf('::1'), '0:0:0:0');
  t.equal(networkOf(''), '');
});
