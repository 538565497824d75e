// TokenStore: expiry to the second, and removal of expired rows.
import assert from 'node:assert/strict';
import { epochSeconds } from '../domain/time.ts';
import type { TokenStore } from '../ports/token-store.ts';
import { type Case, due } from './case.ts';
import { fullClientToken, fullCode, fullGrant, fullToken, grantIdOf, later, now } from './fixtures.ts';
import { accessKey, aliveOf, codeKey, firstTokens, keyOf, refreshKey, rotationTo } from './token-store-fixtures.ts';

/** Removes every row that has expired at `at`, regardless of when it was issued. */
const clean = (store: TokenStore, at: number, limit = 1000): Promise<number> =>
  store.removeExpired({ now: epochSeconds(at), issued: later(1_000_000_000) }, limit);

const expiringToken = (label: string, expiresAt: number, grant = 'grant') =>
  fullToken({ key: keyOf(label, grant), expiresAt: epochSeconds(expiresAt) });

export const tokenStoreCleaningCases: readonly Case<TokenStore>[] = [
  {
    name: 'a token is found until the second before its expiry, and never afterwards',
    async run(store) {
      const refresh = fullToken({ key: refreshKey, kind: 'refresh', expiresAt: later(10) });
      const own = fullClientToken({ expiresAt: later(10) });
      await store.createGrant(fullGrant(), { tokens: [expiringToken('access', later(10)), refresh] });
      await store.saveClientToken(own);
      for (const key of [accessKey, refreshKey, own.key]) {
        assert.notEqual(await store.findToken(key, later(9)), undefined);
        assert.equal(await store.findToken(key, later(10)), undefined);
      }
    },
  },
  {
    name: 'expired codes and tokens of every kind are removed and counted; live ones stay',
    async run(store, cleaning) {
      const refresh = fullToken({ key: refreshKey, kind: 'refresh', expiresAt: later(10) });
      await store.createGrant(fullGrant(), {
        code: fullCode({ expiresAt: later(10) }),
        tokens: [expiringToken('access', later(10)), refresh, expiringToken('live', later(11))],
      });
      await store.saveClientToken(fullClientToken({ expiresAt: later(10) }));
      await store.saveClientToken(fullClientToken({ key: keyOf('live', 'own'), expiresAt: later(11) }));
      assert.equal(await clean(store, later(9)), 0);
      assert.equal(await clean(store, later(10)), due(4, cleaning));
      assert.equal(await clean(store, later(10)), 0);
      // A removed row is missing even for a caller whose clock is behind. A row with native expiry disappears at its expiry.
      const at = cleaning === 'on-request' ? now : later(10);
      assert.deepEqual(await aliveOf(store, ['access', 'refresh', 'live'], 'grant', at), ['live']);
      assert.equal(await store.findCode(codeKey, at), undefined);
      assert.equal(await store.findToken(fullClientToken().key, at), undefined);
      assert.notEqual(await store.findToken(keyOf('live', 'own'), later(10)), undefined);
    },
  },
  {
    name: 'only rows that were issued before the given moment are removed',
    async run(store, cleaning) {
      const issued = (label: string, at: number) => ({ ...expiringToken(label, now), issuedAt: epochSeconds(at) });
      const tokens = [issued('older', later(-21)), issued('younger', later(-20))];
      const code = fullCode({ issuedAt: later(-20), expiresAt: now });
      await store.createGrant(fullGrant(), { code, tokens });
      await store.saveClientToken(fullClientToken({ issuedAt: later(-20), expiresAt: now }));
      assert.equal(await store.removeExpired({ now, issued: later(-21) }, 10), 0);
      assert.equal(await store.removeExpired({ now, issued: later(-20) }, 10), due(1, cleaning));
      assert.equal(await store.removeExpired({ now, issued: later(-19) }, 10), due(3, cleaning));
    },
  },
  {
    name: 'no more rows are removed than the limit allows, grants included',
    async run(store, cleaning) {
      for (const name of ['g1', 'g2', 'g3']) {
        const tokens = [expiringToken('access', now, name), expiringToken('more', now, name)];
        await store.createGrant(fullGrant({ id: grantIdOf(name), keepUntil: now }), { tokens });
      }
      assert.equal(await clean(store, now, 0), 0);
      assert.equal(await clean(store, now, 4), due(4, cleaning));
      assert.equal(await clean(store, now, 4), due(4, cleaning));
      assert.equal(await clean(store, now, 4), due(1, cleaning));
      assert.equal(await clean(store, now, 4), 0);
    },
  },
  {
    name: 'a grant stays until keepUntil even if no code or token refers to it',
    async run(store, cleaning) {
      await store.createGrant(fullGrant({ keepUntil: later(10) }), {});
      assert.equal(await clean(store, later(9)), 0);
      assert.equal(await store.revokeGrant(fullGrant().id, now), true);
      assert.equal(await clean(store, later(10)), due(1, cleaning));
      assert.equal(await store.revokeGrant(fullGrant().id, now), false);
    },
  },
  {
    name: 'a grant stays as long as a token refers to it, even past keepUntil, and is removed afterwards',
    async run(store, cleaning) {
      const refresh = fullToken({ key: refreshKey, kind: 'refresh', expiresAt: later(100) });
      await store.createGrant(fullGrant({ keepUntil: now }), { tokens: [expiringToken('access', later(50)), refresh] });
      assert.equal(await clean(store, later(49)), 0);
      assert.equal(await clean(store, later(99)), due(1, cleaning));
      assert.notEqual(await store.findToken(refreshKey, later(99)), undefined);
      assert.equal(await clean(store, later(100)), due(2, cleaning));
      assert.equal(await store.findToken(refreshKey, later(100)), undefined);
      if (cleaning === 'on-request') assert.equal(await store.revokeGrant(fullGrant().id, now), false);
    },
  },
  {
    name: 'a grant stays as long as a code refers to it, even past keepUntil',
    async run(store, cleaning) {
      await store.createGrant(fullGrant({ keepUntil: now }), { code: fullCode({ expiresAt: later(100) }) });
      assert.equal(await clean(store, later(99)), 0);
      assert.equal(await store.redeemCode(codeKey, [], later(99)), 'redeemed');
      assert.equal(await clean(store, later(99)), 0);
      assert.equal(await clean(store, later(100)), due(2, cleaning));
    },
  },
  {
    name: 'a grant stays as long as tokens that joined it later, by redemption or rotation, are alive',
    async run(store, cleaning) {
      await store.createGrant(fullGrant({ keepUntil: now }), { code: fullCode({ expiresAt: later(10) }) });
      const refresh = fullToken({ key: refreshKey, kind: 'refresh', expiresAt: later(100) });
      await store.redeemCode(codeKey, [refresh], now);
      assert.equal(await clean(store, later(99)), due(1, cleaning));
      const successor = fullToken({ key: keyOf('next'), kind: 'refresh', expiresAt: later(1000) });
      const rotation = { ...rotationTo('next-'), successors: [successor] };
      assert.equal((await store.rotateRefreshToken(refreshKey, rotation, later(99))).outcome, 'rotated');
      assert.equal(await clean(store, later(999)), due(1, cleaning));
      assert.notEqual(await store.findToken(successor.key, later(999)), undefined);
      assert.equal(await clean(store, later(1000)), due(2, cleaning));
      assert.equal(await clean(store, later(1_000_001)), 0);
    },
  },
  {
    name: 'a grant that was removed can be created again',
    async run(store, cleaning) {
      await store.createGrant(fullGrant({ keepUntil: now }), {});
      assert.equal(await clean(store, now), due(1, cleaning));
      const secondGrant = store.createGrant(fullGrant(), { tokens: firstTokens() });
      const created = await secondGrant.then(
        () => true,
        () => false,
      );
      // A store with native expiry may not have removed the grant yet. It must then refuse the id and save nothing.
      if (cleaning === 'on-request') assert.ok(created);
      assert.deepEqual(await aliveOf(store, ['access', 'refresh']), created ? ['access', 'refresh'] : []);
    },
  },
  {
    name: 'cleaning revives nothing: a revoked grant that still has a token stays revoked',
    async run(store) {
      await store.createGrant(fullGrant({ keepUntil: now }), { code: fullCode(), tokens: firstTokens() });
      await store.revokeGrant(fullGrant().id, now);
      await clean(store, later(1));
      assert.deepEqual(await aliveOf(store, ['access', 'refresh']), []);
      assert.equal(await store.redeemCode(codeKey, [], now), 'missing');
    },
  },
];
