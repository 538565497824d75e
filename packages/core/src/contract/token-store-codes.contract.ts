// TokenStore: an authorization code is used once (RFC 6749 §4.1.2).
import assert from 'node:assert/strict';
import type { TokenStore } from '../ports/token-store.ts';
import type { Case } from './case.ts';
import { fullCode, fullGrant, fullToken, grantIdOf, later, now } from './fixtures.ts';
import { atOnce, tally } from './stress.ts';
import { aliveOf, codeKey, firstTokens, keyOf, tokenPair } from './token-store-fixtures.ts';

export const tokenStoreCodeCases: readonly Case<TokenStore>[] = [
  {
    name: 'redeeming a code marks it as used and saves its tokens with every field',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode() });
      assert.equal(await store.redeemCode(codeKey, firstTokens(), now), 'redeemed');
      assert.deepEqual(await store.findCode(codeKey, now), { code: fullCode(), used: true, grant: fullGrant() });
      for (const token of firstTokens()) {
        const found = { owner: 'grant', token, rotated: false, grant: fullGrant() };
        assert.deepEqual(await store.findToken(token.key, now), found);
      }
    },
  },
  {
    name: 'a code works until the second before its expiry',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode({ expiresAt: later(10) }) });
      assert.notEqual(await store.findCode(codeKey, later(9)), undefined);
      assert.equal(await store.redeemCode(codeKey, [], later(9)), 'redeemed');
    },
  },
  {
    name: 'from the second of its expiry, a code is missing and saves nothing',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode({ expiresAt: later(10) }) });
      assert.equal(await store.findCode(codeKey, later(10)), undefined);
      assert.equal(await store.redeemCode(codeKey, firstTokens(), later(10)), 'missing');
      assert.deepEqual(await aliveOf(store, ['access', 'refresh']), []);
    },
  },
  {
    name: 'a used code that has expired is missing, and replaying it revokes nothing',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode({ expiresAt: later(10) }) });
      await store.redeemCode(codeKey, firstTokens(), now);
      assert.equal(await store.redeemCode(codeKey, tokenPair('second-'), later(10)), 'missing');
      assert.deepEqual(await aliveOf(store, ['access', 'refresh', 'second-access']), ['access', 'refresh']);
    },
  },
  {
    name: 'a replayed code revokes everything its first use issued, saves nothing, and is missing from then on',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode(), tokens: tokenPair('hybrid-') });
      await store.redeemCode(codeKey, firstTokens(), now);
      assert.equal(await store.redeemCode(codeKey, tokenPair('second-'), now), 'replayed');
      const labels = ['access', 'refresh', 'second-access', 'second-refresh', 'hybrid-access', 'hybrid-refresh'];
      assert.deepEqual(await aliveOf(store, labels), []);
      assert.equal(await store.findCode(codeKey, now), undefined);
      assert.equal(await store.redeemCode(codeKey, tokenPair('third-'), now), 'missing');
      assert.deepEqual(await aliveOf(store, ['third-access']), []);
      assert.equal(await store.revokeGrant(codeKey.grantId, now), false, 'the replay has revoked the grant');
    },
  },
  {
    name: 'a replay does not affect other grants of the same client and subject',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode() });
      const other = fullCode({ key: keyOf('code', 'other') });
      await store.createGrant(fullGrant({ id: grantIdOf('other') }), { code: other, tokens: tokenPair('', 'other') });
      await store.redeemCode(codeKey, [], now);
      assert.equal(await store.redeemCode(codeKey, [], now), 'replayed');
      assert.deepEqual(await aliveOf(store, ['access', 'refresh'], 'other'), ['access', 'refresh']);
      assert.equal(await store.redeemCode(other.key, [], now), 'redeemed');
    },
  },
  {
    name: 'of 20 concurrent redemptions of one code, one succeeds, one is a replay, and no token stays alive',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode() });
      const outcomes = await atOnce(20, (index) => store.redeemCode(codeKey, tokenPair(`${index}-`), now));
      assert.deepEqual(tally(outcomes), { redeemed: 1, replayed: 1, missing: 18 });
      const labels = outcomes.flatMap((_, index) => [`${index}-access`, `${index}-refresh`]);
      assert.deepEqual(await aliveOf(store, labels), []);
    },
  },
  {
    name: 'concurrent redemptions of the codes of two grants do not affect each other',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode() });
      await store.createGrant(fullGrant({ id: grantIdOf('other') }), {
        code: fullCode({ key: keyOf('code', 'other') }),
      });
      const redeem = (grant: string) => store.redeemCode(keyOf('code', grant), tokenPair('', grant), now);
      assert.deepEqual(await Promise.all([redeem('grant'), redeem('other')]), ['redeemed', 'redeemed']);
      assert.deepEqual(await aliveOf(store, ['access', 'refresh'], 'grant'), ['access', 'refresh']);
      assert.deepEqual(await aliveOf(store, ['access', 'refresh'], 'other'), ['access', 'refresh']);
    },
  },
  {
    name: 'a code whose grant was revoked is missing and saves nothing',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode() });
      await store.revokeGrant(fullGrant().id, now);
      assert.equal(await store.findCode(codeKey, now), undefined);
      assert.equal(await store.redeemCode(codeKey, firstTokens(), now), 'missing');
      assert.deepEqual(await aliveOf(store, ['access', 'refresh']), []);
    },
  },
  {
    name: 'after a concurrent redemption and revocation, in either order, nothing is alive',
    async run(store) {
      for (const round of ['r1', 'r2', 'r3', 'r4']) {
        await store.createGrant(fullGrant({ id: grantIdOf(round) }), { code: fullCode({ key: keyOf('code', round) }) });
        const redeem = () => store.redeemCode(keyOf('code', round), tokenPair('', round), now);
        const revoke = () => store.revokeGrant(grantIdOf(round), now);
        const [, revoked] = await (round < 'r3'
          ? Promise.all([redeem(), revoke()])
          : Promise.all([revoke(), redeem()]).then(([second, first]) => [first, second] as const));
        assert.equal(revoked, true);
        assert.deepEqual(await aliveOf(store, ['access', 'refresh'], round), []);
        assert.equal(await store.findCode(keyOf('code', round), now), undefined);
      }
    },
  },
  {
    name: 'a caller that modifies the tokens it redeemed a code for does not change the store',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode() });
      const given = fullToken();
      await store.redeemCode(codeKey, [given], now);
      Reflect.set(given, 'expiresAt', later(999_999));
      assert.deepEqual((await store.findToken(given.key, now))?.token, fullToken());
    },
  },
];
