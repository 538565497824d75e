// Every key expires, never too early, and so do the index entries that refer to it. The test lets time pass by moving the
// end of every key closer.
import { epochSeconds, type Stores, seconds } from '@claviger/core';
import { fixtures } from '@claviger/core/contract';
import t from 'tap';
import { openRedisStores } from '../src/index.ts';
import { startRedis } from '../src/testing/index.ts';
import { freshPrefixes } from './support/contract-runs.ts';
import { Inspector } from './support/inspect.ts';

const { fullClientToken, fullCode, fullConsent, fullFlow, fullGrant, fullLoginSession, fullToken } = fixtures;
const { grantIdOf, hashOf, later, now } = fixtures;

const redis = await startRedis();
t.teardown(() => redis.stop());
const freshPrefix = freshPrefixes(redis.prefix);

/** The longest time that a key outlives its record: the tolerance for clocks and the duration of a test. */
const tolerance = 60;

/** Runs with separate stores, which are closed afterwards. */
const withStores = async (run: (stores: Stores, inspector: Inspector) => Promise<void>): Promise<void> => {
  const prefix = freshPrefix();
  const { stores, close } = await openRedisStores({ url: redis.url, prefix });
  const inspector = new Inspector(redis.url, prefix);
  try {
    await run(stores, inspector);
  } finally {
    inspector.close();
    await close();
  }
};

const keyOf = (label: string) => ({ grantId: grantIdOf('grant'), hash: hashOf(label) });
const refreshOf = (label: string, expiresAt = later(1000)) =>
  fullToken({ key: keyOf(label), kind: 'refresh', expiresAt, issuedAt: now });
const rotationTo = (label: string, expiresAt: number, grace = 30) => ({
  successors: [refreshOf(label, epochSeconds(expiresAt)), fullToken({ key: keyOf(`a-${label}`), issuedAt: now })],
  sealed: `sealed ${label}`,
  grace: seconds(grace),
});

t.test('flows, sessions, leases, tokens and their index entries expire', (t) =>
  withStores(async ({ flows, leases, loginSessions, tokens }, inspector) => {
    const inAnHour = { expiresAt: later(3600) };
    await leases.acquire({ name: hashOf('turn'), holder: 'node', until: later(3600) }, now);
    await flows.create(fullFlow({ requestedAt: now, ...inAnHour }));
    await loginSessions.save(fullLoginSession({ authenticatedAt: now, ...inAnHour }));
    await tokens.saveClientToken(fullClientToken({ issuedAt: now, ...inAnHour }));
    const grant = fullGrant({ createdAt: now, keepUntil: later(3600) });
    const issued = {
      code: fullCode({ issuedAt: now, ...inAnHour }),
      tokens: [fullToken({ issuedAt: now, ...inAnHour })],
    };
    await tokens.createGrant(grant, issued);
    t.same(await inspector.lasting(), []);
    const written = await inspector.keys();
    await inspector.passTime(3600);
    t.same(await inspector.keys(), written, 'every key still exists at its expiry, for clocks that are behind');
    await inspector.passTime(tolerance + 900);
    t.same(await inspector.keys(), [], 'no key exists a quarter of its lifetime later');
  }),
);

t.test('a grant lives as long as its tokens, and a rotated token until it expires', (t) =>
  withStores(async ({ tokens }, inspector) => {
    const code = fullCode({ issuedAt: now, expiresAt: later(60) });
    await tokens.createGrant(fullGrant({ createdAt: now, keepUntil: later(60) }), { code });
    t.equal(await tokens.redeemCode(code.key, [refreshOf('first')], now), 'redeemed');
    await inspector.passTime(900);
    t.same(await tokens.findCode(code.key, later(59)), undefined, 'the code has expired');
    const rotated = await tokens.rotateRefreshToken(keyOf('first'), rotationTo('next', later(5000)), later(900));
    t.equal(rotated.outcome, 'rotated');
    await inspector.passTime(99 + tolerance);
    const again = await tokens.rotateRefreshToken(keyOf('first'), rotationTo('x', later(5000)), later(999));
    t.equal(again.outcome, 'reused', 'reuse is detected in the last second');
    t.equal(await tokens.findToken(keyOf('next'), later(999)), undefined);
    t.equal(await tokens.revokeGrant(grantIdOf('grant'), later(999)), false, 'the revocation mark exists');
    await inspector.passTime(3990);
    t.equal(await tokens.findToken(keyOf('next'), later(4989)), undefined, 'it exists as long as the last token');
    await t.rejects(tokens.createGrant(fullGrant({ keepUntil: now }), {}), /taken/);
    await inspector.passTime(2 * tolerance + 1250);
    t.same(await inspector.keys(), []);
    await tokens.createGrant(fullGrant(), {});
  }),
);

t.test('the sealed successors are deleted when the grace ends, and the rotated token stays', (t) =>
  withStores(async ({ tokens }, inspector) => {
    await tokens.createGrant(fullGrant({ createdAt: now, keepUntil: now }), { tokens: [refreshOf('first')] });
    await tokens.rotateRefreshToken(keyOf('first'), rotationTo('next', later(1000)), now);
    await inspector.passTime(29);
    const repeat = await tokens.rotateRefreshToken(keyOf('first'), rotationTo('x', later(1000)), later(29));
    t.match(repeat, { outcome: 'repeated', sealed: 'sealed next' });
    await inspector.passTime(1 + tolerance);
    t.notOk((await inspector.keys()).some((key) => key.startsWith('s:')));
    t.match(await tokens.findToken(keyOf('first'), later(90)), { rotated: true });
  }),
);

t.test('grants that are refreshed for a long time are still found by client and by subject, and so are flows', (t) =>
  withStores(async ({ flows, tokens }, inspector) => {
    await tokens.createGrant(fullGrant({ createdAt: now, keepUntil: later(60) }), { tokens: [refreshOf('0')] });
    let at = 0;
    for (let turn = 1; turn <= 12; turn += 1) {
      await inspector.passTime(900);
      at += 900;
      // Adding another grant of the client and subject removes expired entries.
      const other = fullGrant({ id: grantIdOf(`other-${turn}`), createdAt: later(at), keepUntil: later(at) });
      await tokens.createGrant(other, {});
      const rotation = rotationTo(`${turn}`, later(at + 1000));
      t.equal((await tokens.rotateRefreshToken(keyOf(`${turn - 1}`), rotation, later(at))).outcome, 'rotated');
    }
    t.not(await tokens.findToken(keyOf('12'), later(at)), undefined);
    t.ok((await tokens.revokeGrants({ clientId: 'app' }, later(at))) >= 1);
    t.equal(await tokens.findToken(keyOf('12'), later(at)), undefined, 'revoked by client');

    await flows.create(fullFlow({ id: 'long', requestedAt: now, expiresAt: later(60) }));
    await flows.replace(fullFlow({ id: 'long', version: 6, expiresAt: later(5000) }), 5, now);
    await inspector.passTime(4000);
    await flows.create(fullFlow({ id: 'prunes', requestedAt: later(4000), expiresAt: later(4060) }));
    t.equal(await flows.removeAll({ subject: 'zoe' }), 2);
  }),
);

t.test('a grant with tokens that outlive its code is still found by client and by subject', (t) =>
  withStores(async ({ tokens }, inspector) => {
    const short = { createdAt: now, keepUntil: later(60) };
    for (const [id, of] of Object.entries({ g1: { clientId: 'app' }, g2: { subject: 'zoe' } })) {
      const key = { grantId: grantIdOf(id), hash: hashOf('code') };
      await tokens.createGrant(fullGrant({ id: key.grantId, ...short }), { code: fullCode({ key, issuedAt: now }) });
      const refresh = { ...refreshOf('r', later(5000)), key: { ...key, hash: hashOf('r') } };
      t.equal(await tokens.redeemCode(key, [refresh], now), 'redeemed');
      await inspector.passTime(900);
      // Enough additions for each of the sixteen sets of the client to remove expired entries.
      for (let index = 0; index < 60; index += 1) {
        const other = grantIdOf(`${id}-${index}`);
        await tokens.createGrant(fullGrant({ id: other, createdAt: later(900), keepUntil: later(900) }), {});
      }
      await tokens.revokeGrants(of, later(900));
      t.equal(await tokens.findToken(refresh.key, later(900)), undefined);
    }
  }),
);

t.test('an index removes expired entries when an entry is added', (t) =>
  withStores(async ({ flows }, inspector) => {
    for (let index = 0; index < 50; index += 1) {
      const at = later(index * 100);
      await flows.create(fullFlow({ id: `${index}`, requestedAt: at, expiresAt: later(10, at) }));
    }
    const [index = ''] = (await inspector.keys()).filter((key) => key.startsWith('flows-of-subject:'));
    t.equal(await inspector.call('zcard', index), 1);
  }),
);

t.test('consents with an expiry are deleted automatically, and those without stay', (t) =>
  withStores(async ({ consents }, inspector) => {
    const ending = fullConsent({ id: 'ending', requestedAt: now, expiresAt: later(100) });
    await consents.remember(ending);
    await inspector.passTime(100);
    t.equal((await consents.list('zoe', { limit: 10, offset: 0 }, later(99))).length, 1);
    await inspector.passTime(tolerance + 1);
    t.notOk((await inspector.keys()).some((key) => key.startsWith('consents:')));

    await consents.remember(ending);
    await consents.remember(fullConsent({ id: 'lasting', requestedAt: now, expiresAt: null }));
    await consents.remember(fullConsent({ id: 'more', requestedAt: later(1), expiresAt: later(50) }));
    await inspector.passTime(1_000_000);
    const [left] = await consents.list('zoe', { limit: 10, offset: 0 }, later(1_000_000));
    t.equal(left?.id, 'lasting');
    await consents.remember(fullConsent({ id: 'newest', requestedAt: later(1_000_000), expiresAt: null }));
    const [row = ''] = (await inspector.keys()).filter((key) => key.startsWith('consents:'));
    t.equal(await inspector.call('hlen', row), 2, 'the next consent removed the expired one');
  }),
);

t.test('the subjects of a client that have no consent left are removed in time', (t) =>
  withStores(async ({ consents }, inspector) => {
    const never = { expiresAt: null };
    for (const subject of ['gone', 'stays']) await consents.remember(fullConsent({ id: subject, subject, ...never }));
    t.equal(await consents.forget({ subject: 'gone' }), 1);
    const entries = async (): Promise<number> => {
      const counts = (await inspector.keys())
        .filter((key) => key.startsWith('consenting:'))
        .map((key) => inspector.call('zcard', key));
      return (await Promise.all(counts)).reduce<number>((sum, count) => sum + Number(count), 0);
    };
    t.equal(await entries(), 2, 'not immediately: the entry could belong to a consent that is being saved');
    for (const key of (await inspector.keys()).filter((key) => key.startsWith('consenting:'))) {
      const members = await inspector.call('zrange', key, 0, -1);
      for (const member of Array.isArray(members) ? members : []) {
        await inspector.call('zadd', key, 1, String(member));
      }
    }
    // Sixteen sets share the subjects of a client. With enough new ones, every set has checked its oldest entry.
    for (let index = 0; index < 120; index += 1) {
      await consents.remember(fullConsent({ id: `${index}`, subject: `subject ${index}`, ...never }));
    }
    t.equal(await entries(), 121, 'all except the entry without a consent');
    t.equal(await consents.forget({ clientId: 'app' }), 121);
    t.equal(await entries(), 121, 'a new entry stays');
  }),
);
