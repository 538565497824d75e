// A client that is deleted and created again under the same id inherits nothing, even within the same second, and regardless
// of the clocks of two nodes. Records of the previous release have no incarnation, so times decide for them.
import { type Client, epochSeconds } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { nodeSystem } from '@claviger/core/node';
import t, { type Test } from 'tap';
import { incarnationByTime } from '../src/domain/client.ts';
import { completeFlow } from '../src/domain/stored-flows.ts';
import { completeClient, completeConsent, completeGrant, toStoredClient } from '../src/domain/stored-records.ts';
import { broken } from './contract/broken-stores.ts';
import {
  authorizeUrl,
  challengeIn,
  type GivenClient,
  givenAClient,
  givenTokens,
  introspect,
  redeem,
  refresh,
  Visit,
} from './support/given-a-flow.ts';
import { type GivenProvider, givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { json, location, post } from './support/wire.ts';

const ownToken = async ({ provider }: GivenProvider, { auth }: GivenClient): Promise<string> =>
  String(json(await post(provider.endpoints.token, { grant_type: 'client_credentials' }, auth)).access_token);

const isActive = async (given: GivenProvider, token: string): Promise<boolean> =>
  (await introspect(given, token)).active === true;

/** Two nodes over the same stores; the clock of the second is `ahead` seconds ahead. */
const givenTwoNodes = (ahead: number): readonly [GivenProvider, GivenProvider] => {
  const stores = memoryStores();
  const second = nodeSystem({
    systemSecret: 'a system secret for tests',
    clock: { now: () => epochSeconds(startOfTime + ahead) },
  });
  return [givenAProvider({}, { stores }), givenAProvider({}, { stores, system: second })];
};

t.test('a client created again in the same second inherits nothing from the old one', async (t) => {
  const given = givenAProvider();
  const old = await givenAClient(given);
  const visit = new Visit(given);
  const tokens = await givenTokens(given, old, visit);
  const own = await ownToken(given, old);
  const code = await visit.code(authorizeUrl(old), { remember: true }, { remember: true });
  const back = await visit.acceptLogin(await visit.begin(authorizeUrl(old)));
  t.ok(await isActive(given, own));
  // As if requests in flight had overtaken the deletion: the client is deleted, and the rest stays.
  await given.stores.clients.remove('shop');
  // Creating it makes the node forget the old one.
  const next = await givenAClient(given);
  t.notOk(await isActive(given, own), "the client's own token is revoked");
  t.notOk(await isActive(given, tokens.access), 'access tokens are revoked');
  t.equal(json(await refresh(given, next, tokens.refresh)).error, 'invalid_grant');
  t.equal(json(await redeem(given, next, code)).error, 'invalid_grant');
  t.equal(location(await visit.browser.visit(back)).searchParams.get('error'), 'access_denied');
  const again = await visit.acceptLogin(await visit.begin(authorizeUrl(next)));
  const challenge = challengeIn(await visit.browser.visit(again), 'consent_challenge');
  t.equal((await given.provider.admin.getConsentRequest(challenge))?.flow.consent?.skip, false, 'asks for consent');
});

t.test(
  'tokens that a node issues to a deleted client that it still caches are not valid for the new client',
  async (t) => {
    const [first, second] = givenTwoNodes(0);
    const old = await givenAClient(first);
    await ownToken(second, old);
    await first.provider.admin.deleteClient('shop');
    const next = await givenAClient(first);
    const late = await ownToken(second, old);
    t.notOk(await isActive(first, late), 'the second node still accepted the old secret, but the token is inactive');
    t.ok(await isActive(first, await ownToken(first, next)));
  },
);

for (const ahead of [-30, -2, 2, 30]) {
  t.test(`clocks ${ahead} seconds apart: everything of a new client works on both nodes`, async (t: Test) => {
    const [first, second] = givenTwoNodes(ahead);
    const client = await givenAClient(second);
    for (const [one, other] of [
      [first, second],
      [second, first],
    ] as const) {
      t.ok(await isActive(other, await ownToken(one, client)));
      const visit = new Visit(one);
      const elsewhere = new Visit(other, visit.browser);
      const code = await elsewhere.code(authorizeUrl(client));
      const body = json(await redeem(one, client, code));
      t.ok(await isActive(other, String(body.access_token)));
      const refreshed = await refresh(other, client, String(body.refresh_token));
      t.equal(refreshed.status, 200, refreshed.body);
    }
  });
}

/** How a repeat of a refresh ends on a node whose clock is so many seconds ahead of the one that rotated. */
const repeatElsewhere = async (ahead: number): Promise<readonly [status: number, isAlive: boolean]> => {
  const [first, second] = givenTwoNodes(ahead);
  const client = await givenAClient(first);
  const tokens = await givenTokens(first, client);
  const successor = json(await refresh(first, client, tokens.refresh));
  const repeated = await refresh(second, client, tokens.refresh);
  return [repeated.status, await isActive(first, String(successor.access_token))];
};

t.test('a difference between clocks shortens the grace of a refresh token: 30 seconds use it up', async (t) => {
  t.same(await repeatElsewhere(-3600), [200, true], 'a clock that is behind lengthens the grace');
  t.same(await repeatElsewhere(29), [200, true]);
  t.same(
    await repeatElsewhere(30),
    [400, false],
    'by the clock that is ahead the grace has ended, so reuse revokes the grant',
  );
});

t.test('a record without an incarnation belongs to the client if it is not older', async (t) => {
  const stores = memoryStores();
  const tokens = broken(stores.tokens, {
    fault: 'writes what the previous release wrote',
    caughtBy: '',
    breaks: (sound) => ({
      saveClientToken: (token) => sound.saveClientToken({ ...token, clientIncarnation: null }),
    }),
  });
  const given = givenAProvider({}, { stores: { ...stores, tokens } });
  const old = await givenAClient(given);
  const token = await ownToken(given, old);
  t.ok(await isActive(given, token));
  given.wait(1);
  await given.provider.admin.deleteClient('shop');
  await givenAClient(given);
  t.notOk(await isActive(given, token));
});

t.test('RFC 6749 §2.1: a secret that an earlier release stored for a public client is dropped', async (t) => {
  const given = givenAProvider();
  await givenAClient(given, 'app', { tokenEndpointAuthMethod: 'none' });
  const client = (await given.stores.clients.find('app')) as Client;
  t.equal(client.storedSecret, null);
  const former = { ...toStoredClient(client), secretHash: 'sha256:c2VjcmV0' };
  t.strictSame(completeClient(former), client);
});

t.test('unset texts of the metadata are null, and stored as earlier releases store them', async (t) => {
  const given = givenAProvider();
  await givenAClient(given);
  const client = (await given.stores.clients.find('shop')) as Client;
  t.equal(client.metadata.policyUri, null);
  t.equal(toStoredClient(client).metadata.policyUri, '');
  t.strictSame(completeClient(toStoredClient(client)), client);
});

t.test('rows of the previous release are completed', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const visit = new Visit(given);
  await givenTokens(given, client, visit);
  const stored = (await given.stores.clients.find('shop')) as Client;
  t.equal(toStoredClient(stored).secretHash, stored.storedSecret, 'under the name that earlier releases read');
  t.strictSame(completeClient(toStoredClient(stored)), stored);
  const { incarnation, ...former } = toStoredClient(stored);
  t.match(incarnation, /^[\w-]{8}$/);
  t.equal(completeClient(former).incarnation, incarnationByTime(startOfTime));
  t.not(completeClient(former).incarnation.length, incarnation.length);
  for (const complete of [completeFlow, completeConsent, completeGrant] as const) {
    const login = { session: null, accepted: null, rejected: null };
    const record = { request: { context: {}, oidcContext: {} }, login, consent: null } as never;
    t.match(complete(record), { clientIncarnation: null });
  }
});
