// TokenStore: a refresh token is replaced at every use, and using a replaced one ends the grant (RFC 9700 §4.14.2).
import assert from 'node:assert/strict';
import type { RotationResult, TokenStore } from '../ports/token-store.ts';
import type { Case } from './case.ts';
import { fullCode, fullGrant, fullToken, grantIdOf, later, now } from './fixtures.ts';
import { atOnce, scribbleOn, tally } from './stress.ts';
import {
  accessKey,
  aliveOf,
  codeKey,
  firstTokens,
  keyOf,
  refreshKey,
  rotationTo,
  tokenPair,
} from './token-store-fixtures.ts';

const outcomesOf = (results: readonly RotationResult[]): string[] => results.map(({ outcome }) => outcome);

/** A grant with its first pair of tokens. */
const begin = (store: TokenStore): Promise<void> => store.createGrant(fullGrant(), { tokens: firstTokens() });

export const tokenStoreRotationCases: readonly Case<TokenStore>[] = [
  {
    name: 'a rotation saves the successors with every field',
    async run(store) {
      await begin(store);
      const narrowed = tokenPair('next-').map((token) => ({ ...token, scope: ['photos'] }));
      const rotation = { ...rotationTo('next-'), successors: narrowed };
      const result = await store.rotateRefreshToken(refreshKey, rotation, now);
      assert.deepEqual(result, { outcome: 'rotated' });
      for (const token of narrowed) {
        const found = { owner: 'grant', token, rotated: false, grant: fullGrant() };
        assert.deepEqual(await store.findToken(token.key, now), found);
      }
    },
  },
  {
    name: 'a rotated refresh token is found, marked as rotated, until it expires',
    async run(store) {
      await begin(store);
      await store.rotateRefreshToken(refreshKey, rotationTo('next-'), now);
      const [, token] = tokenPair();
      const found = { owner: 'grant', token, rotated: true, grant: fullGrant() };
      assert.deepEqual(await store.findToken(refreshKey, later(-1, token.expiresAt)), found);
      assert.equal(await store.findToken(refreshKey, token.expiresAt), undefined);
    },
  },
  {
    name: 'once its successor was rotated, using a rotated refresh token is a reuse, even within the grace',
    async run(store) {
      await begin(store);
      await store.rotateRefreshToken(refreshKey, rotationTo('next-', 30), now);
      assert.equal((await store.rotateRefreshToken(refreshKey, rotationTo('late-', 30), later(1))).outcome, 'repeated');
      const [, successor] = tokenPair('next-');
      await store.rotateRefreshToken(successor.key, rotationTo('third-', 30), later(2));
      const repeated = await store.rotateRefreshToken(successor.key, rotationTo('late-', 30), later(3));
      assert.deepEqual(repeated, { outcome: 'repeated', sealed: rotationTo('third-').sealed });
      assert.deepEqual(await store.rotateRefreshToken(refreshKey, rotationTo('late-', 30), later(3)), {
        outcome: 'reused',
      });
      assert.deepEqual(await aliveOf(store, ['third-access', 'third-refresh']), []);
    },
  },
  {
    name: 'a rotation removes the older access tokens of the grant and leaves the rest of it',
    async run(store) {
      const more = [fullToken({ key: keyOf('more') }), ...tokenPair('parallel-')];
      await store.createGrant(fullGrant(), { code: fullCode(), tokens: [...firstTokens(), ...more] });
      await store.rotateRefreshToken(refreshKey, rotationTo('next-'), now);
      const labels = ['access', 'more', 'parallel-access', 'parallel-refresh', 'next-access', 'next-refresh'];
      assert.deepEqual(await aliveOf(store, labels), ['parallel-refresh', 'next-access', 'next-refresh']);
      assert.notEqual(await store.findCode(codeKey, now), undefined);
    },
  },
  {
    name: 'a rotation does not affect the tokens of other grants',
    async run(store) {
      await begin(store);
      await store.createGrant(fullGrant({ id: grantIdOf('other') }), { tokens: tokenPair('', 'other') });
      await store.rotateRefreshToken(refreshKey, rotationTo('next-'), now);
      assert.deepEqual(await aliveOf(store, ['access', 'refresh'], 'other'), ['access', 'refresh']);
      const [, refresh] = tokenPair('', 'other');
      const found = await store.findToken(refresh.key, now);
      assert.equal(found?.owner === 'grant' && found.rotated, false);
    },
  },
  {
    name: "within the grace, a repeat gets the first rotation's sealed value and changes nothing",
    async run(store) {
      await begin(store);
      await store.rotateRefreshToken(refreshKey, rotationTo('next-', 30), now);
      for (const at of [now, later(29)]) {
        const repeat = await store.rotateRefreshToken(refreshKey, rotationTo('lost-', 30), at);
        assert.deepEqual(repeat, { outcome: 'repeated', sealed: 'sealed next-' });
      }
      const labels = ['next-access', 'next-refresh', 'lost-access', 'lost-refresh'];
      assert.deepEqual(await aliveOf(store, labels), ['next-access', 'next-refresh']);
    },
  },
  {
    name: 'the grace of a repeat is counted from the rotation, not from the last repeat',
    async run(store) {
      await begin(store);
      await store.rotateRefreshToken(refreshKey, rotationTo('a-', 30), now);
      await store.rotateRefreshToken(refreshKey, rotationTo('b-', 30), later(10));
      const repeat = await store.rotateRefreshToken(refreshKey, rotationTo('c-', 30), later(29));
      assert.deepEqual(repeat, { outcome: 'repeated', sealed: 'sealed a-' });
      assert.deepEqual(await aliveOf(store, ['a-access', 'a-refresh', 'b-access', 'c-access']), [
        'a-access',
        'a-refresh',
      ]);
      assert.equal((await store.rotateRefreshToken(refreshKey, rotationTo('d-', 30), later(30))).outcome, 'reused');
    },
  },
  {
    name: 'from the second in which the grace ends, using the same token is a reuse and revokes the grant',
    async run(store) {
      await begin(store);
      await store.rotateRefreshToken(refreshKey, rotationTo('next-', 30), now);
      const reuse = await store.rotateRefreshToken(refreshKey, rotationTo('stolen-', 30), later(30));
      assert.deepEqual(reuse, { outcome: 'reused' });
      const labels = ['refresh', 'next-access', 'next-refresh', 'stolen-access', 'stolen-refresh'];
      assert.deepEqual(await aliveOf(store, labels), []);
      assert.equal(await store.revokeGrant(refreshKey.grantId, now), false, 'the reuse has revoked the grant');
      assert.equal((await store.rotateRefreshToken(refreshKey, rotationTo('x-', 30), later(30))).outcome, 'missing');
    },
  },
  {
    name: 'with a grace of 0, a rotation is never repeated, even for a caller whose clock is behind',
    async run(store) {
      await begin(store);
      await store.rotateRefreshToken(refreshKey, rotationTo('next-'), now);
      const reuse = await store.rotateRefreshToken(refreshKey, rotationTo('stolen-'), later(-5));
      assert.deepEqual(reuse, { outcome: 'reused' });
    },
  },
  {
    name: 'reusing the first token of a long chain revokes the last one',
    async run(store) {
      await begin(store);
      await store.rotateRefreshToken(refreshKey, rotationTo('a-', 30), now);
      await store.rotateRefreshToken(keyOf('a-refresh'), rotationTo('b-', 30), later(100));
      await store.rotateRefreshToken(keyOf('b-refresh'), rotationTo('c-', 30), later(200));
      assert.equal((await store.rotateRefreshToken(refreshKey, rotationTo('d-', 30), later(300))).outcome, 'reused');
      const labels = ['refresh', 'a-refresh', 'b-refresh', 'c-access', 'c-refresh', 'd-refresh'];
      assert.deepEqual(await aliveOf(store, labels), []);
    },
  },
  {
    name: 'a reuse does not affect other grants of the same client and subject',
    async run(store) {
      await begin(store);
      await store.createGrant(fullGrant({ id: grantIdOf('other') }), { tokens: tokenPair('', 'other') });
      await store.rotateRefreshToken(refreshKey, rotationTo('next-'), now);
      await store.rotateRefreshToken(refreshKey, rotationTo('stolen-'), now);
      assert.deepEqual(await aliveOf(store, ['access', 'refresh'], 'other'), ['access', 'refresh']);
    },
  },
  {
    name: 'of 20 concurrent rotations of one token without grace, one succeeds, and the grant is then revoked',
    async run(store) {
      await begin(store);
      const results = await atOnce(20, (index) => store.rotateRefreshToken(refreshKey, rotationTo(`${index}-`), now));
      const { rotated, reused = 0, missing = 0, ...others } = tally(outcomesOf(results));
      assert.equal(rotated, 1);
      assert.ok(reused >= 1, 'at least one caller learns that the token was reused');
      assert.equal(reused + missing, 19);
      assert.deepEqual(others, {});
      const labels = results.flatMap((_, index) => [`${index}-access`, `${index}-refresh`]);
      assert.deepEqual(await aliveOf(store, ['access', 'refresh', ...labels]), []);
    },
  },
  {
    name: 'of 20 concurrent rotations of one token with grace, one succeeds and 19 repeat its sealed value',
    async run(store) {
      await begin(store);
      const rotate = (index: number) => store.rotateRefreshToken(refreshKey, rotationTo(`${index}-`, 30), now);
      const results = await atOnce(20, rotate);
      assert.deepEqual(tally(outcomesOf(results)), { rotated: 1, repeated: 19 });
      const winner = outcomesOf(results).indexOf('rotated');
      for (const result of results) {
        if (result.outcome === 'repeated') assert.equal(result.sealed, `sealed ${winner}-`);
      }
      const labels = results.flatMap((_, index) => [`${index}-access`, `${index}-refresh`]);
      assert.deepEqual(await aliveOf(store, labels), [`${winner}-access`, `${winner}-refresh`]);
    },
  },
  {
    name: 'a refresh token can be rotated until the second before its expiry; from then on, an attempt saves nothing',
    async run(store) {
      const late = keyOf('late');
      const expiring = (key: typeof late) => fullToken({ key, kind: 'refresh', expiresAt: later(10) });
      await store.createGrant(fullGrant(), { tokens: [expiring(refreshKey), expiring(late)] });
      assert.equal((await store.rotateRefreshToken(refreshKey, rotationTo('a-', 30), later(9))).outcome, 'rotated');
      assert.equal((await store.rotateRefreshToken(late, rotationTo('b-', 30), later(10))).outcome, 'missing');
      assert.equal((await store.rotateRefreshToken(refreshKey, rotationTo('b-', 30), later(10))).outcome, 'missing');
      assert.deepEqual(await aliveOf(store, ['a-access', 'b-access', 'b-refresh']), ['a-access']);
    },
  },
  {
    name: 'a refresh token that was removed or whose grant was revoked is missing and saves nothing',
    async run(store) {
      const removed = keyOf('parallel-refresh');
      await store.createGrant(fullGrant(), { tokens: [...firstTokens(), ...tokenPair('parallel-')] });
      await store.removeToken(removed);
      assert.equal((await store.rotateRefreshToken(removed, rotationTo('a-'), now)).outcome, 'missing');
      assert.equal((await store.findToken(accessKey, now))?.owner, 'grant');
      await store.revokeGrant(refreshKey.grantId, now);
      assert.equal((await store.rotateRefreshToken(refreshKey, rotationTo('b-'), now)).outcome, 'missing');
      assert.deepEqual(await aliveOf(store, ['a-access', 'a-refresh', 'b-access', 'b-refresh']), []);
    },
  },
  {
    name: 'after a concurrent rotation and revocation, in either order, nothing is alive',
    async run(store) {
      await begin(store);
      const rotate = (index: number) => store.rotateRefreshToken(refreshKey, rotationTo(`${index}-`, 30), now);
      const revoke = () => store.revokeGrant(refreshKey.grantId, now);
      const [, revoked] = await Promise.all([rotate(0), revoke(), rotate(1)]);
      assert.equal(revoked, true);
      assert.deepEqual(await aliveOf(store, ['refresh', '0-access', '0-refresh', '1-access', '1-refresh']), []);
    },
  },
  {
    name: 'a caller that modifies the successors it passed, or the answer it received, does not change the store',
    async run(store) {
      await begin(store);
      const given = rotationTo('next-', 30);
      const rotated = await store.rotateRefreshToken(refreshKey, given, now);
      scribbleOn(given);
      scribbleOn(rotated);
      scribbleOn(await store.rotateRefreshToken(refreshKey, rotationTo('x-', 30), now));
      const [token] = tokenPair('next-');
      const found = { owner: 'grant', token, rotated: false, grant: fullGrant() };
      assert.deepEqual(await store.findToken(token.key, now), found);
      const repeat = await store.rotateRefreshToken(refreshKey, rotationTo('y-', 30), now);
      assert.deepEqual(repeat, { outcome: 'repeated', sealed: 'sealed next-' });
    },
  },
];
