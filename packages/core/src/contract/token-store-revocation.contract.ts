// TokenStore: revocation takes effect immediately and permanently.
import assert from 'node:assert/strict';
import type { TokenStore } from '../ports/token-store.ts';
import type { Case } from './case.ts';
import { fullClientToken, fullCode, fullGrant, grantIdOf, later, now } from './fixtures.ts';
import { oddTexts } from './stress.ts';
import { aliveOf, codeKey, firstTokens, keyOf, refreshKey, rotationTo, tokenPair } from './token-store-fixtures.ts';

/** Grants a1, a2, b1, b2 (client, then subject), each with its tokens. */
const fillWithFour = async (store: TokenStore): Promise<void> => {
  for (const name of ['a1', 'a2', 'b1', 'b2']) {
    const grant = fullGrant({ id: grantIdOf(name), clientId: name.slice(0, 1), subject: `s${name.slice(1)}` });
    await store.createGrant(grant, { tokens: tokenPair('', name) });
  }
};

const aliveGrants = async (store: TokenStore): Promise<string[]> => {
  const names = ['a1', 'a2', 'b1', 'b2'];
  const alive = await Promise.all(names.map((name) => aliveOf(store, ['access', 'refresh'], name)));
  for (const labels of alive) assert.ok(labels.length !== 1, 'a grant is alive or revoked as a whole');
  return names.filter((_, index) => alive[index]?.length === 2);
};

export const tokenStoreRevocationCases: readonly Case<TokenStore>[] = [
  {
    name: 'revoking a grant revokes its code and all its tokens, rotated ones included',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode(), tokens: firstTokens() });
      await store.rotateRefreshToken(refreshKey, rotationTo('next-', 30), now);
      assert.equal(await store.revokeGrant(fullGrant().id, now), true);
      assert.equal(await store.findCode(codeKey, now), undefined);
      assert.deepEqual(await aliveOf(store, ['access', 'refresh', 'next-access', 'next-refresh']), []);
    },
  },
  {
    name: 'a grant is revoked once; revoking it again reports that it was not alive',
    async run(store) {
      await store.createGrant(fullGrant(), { tokens: firstTokens() });
      assert.equal(await store.revokeGrant(fullGrant().id, now), true);
      assert.equal(await store.revokeGrant(fullGrant().id, later(1)), false);
    },
  },
  {
    name: 'a revoked grant is also revoked for a caller whose clock is behind',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode(), tokens: firstTokens() });
      await store.revokeGrant(fullGrant().id, later(100));
      assert.equal(await store.findCode(codeKey, now), undefined);
      assert.deepEqual(await aliveOf(store, ['access', 'refresh']), []);
    },
  },
  {
    name: 'revoking a grant does not affect other grants',
    async run(store) {
      await fillWithFour(store);
      await store.revokeGrant(grantIdOf('a1'), now);
      assert.deepEqual(await aliveGrants(store), ['a2', 'b1', 'b2']);
    },
  },
  {
    name: 'a revoked grant cannot be created again',
    async run(store) {
      await store.createGrant(fullGrant(), { tokens: firstTokens() });
      await store.revokeGrant(fullGrant().id, now);
      await assert.rejects(store.createGrant(fullGrant(), { code: fullCode(), tokens: tokenPair('again-') }));
      assert.equal(await store.findCode(codeKey, now), undefined);
      assert.deepEqual(await aliveOf(store, ['access', 'refresh', 'again-access', 'again-refresh']), []);
    },
  },
  {
    name: 'only the grants of the given client are revoked, and those that were alive are counted',
    async run(store) {
      await fillWithFour(store);
      await store.revokeGrant(grantIdOf('a2'), now);
      assert.equal(await store.revokeGrants({ clientId: 'a' }, now), 1);
      assert.deepEqual(await aliveGrants(store), ['b1', 'b2']);
      assert.equal(await store.revokeGrants({ clientId: 'a' }, now), 0);
    },
  },
  {
    name: 'only the grants of the given subject are revoked, and those that were alive are counted',
    async run(store) {
      await fillWithFour(store);
      assert.equal(await store.revokeGrants({ subject: 's2' }, now), 2);
      assert.deepEqual(await aliveGrants(store), ['a1', 'b1']);
      assert.equal(await store.revokeGrants({ subject: 's2' }, now), 0);
    },
  },
  {
    name: 'only the grants of the given client and subject are revoked, and they are counted',
    async run(store) {
      await fillWithFour(store);
      assert.equal(await store.revokeGrants({ clientId: 'b', subject: 's1' }, now), 1);
      assert.deepEqual(await aliveGrants(store), ['a1', 'a2', 'b2']);
    },
  },
  {
    name: 'naming neither client nor subject revokes no grant',
    async run(store) {
      await fillWithFour(store);
      assert.equal(await store.revokeGrants({}, now), 0);
      assert.deepEqual(await aliveGrants(store), ['a1', 'a2', 'b1', 'b2']);
    },
  },
  {
    name: 'clients and subjects of any length and with any characters are compared exactly',
    async run(store) {
      for (const [index, text] of oddTexts.entries()) {
        const grant = fullGrant({ id: grantIdOf(`c${index}`), clientId: text, subject: text });
        await store.createGrant(grant, { tokens: tokenPair('', `c${index}`) });
      }
      for (const [index, text] of oddTexts.entries()) {
        assert.equal((await aliveOf(store, ['access'], `c${index}`)).length, 1, text);
        assert.equal(await store.revokeGrants(index % 2 ? { clientId: text } : { subject: text }, now), 1, text);
      }
    },
  },
  {
    name: "a client's own token has no grant, so revoking grants does not end it",
    async run(store) {
      const token = fullClientToken();
      await store.saveClientToken(token);
      assert.equal(await store.revokeGrant(token.key.grantId, now), false);
      assert.equal(await store.revokeGrants({ clientId: token.clientId }, now), 0);
      assert.deepEqual(await store.findToken(token.key, now), { owner: 'client', token });
    },
  },
  {
    name: 'removing a token removes only that token',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode(), tokens: [...firstTokens(), ...tokenPair('more-')] });
      await store.saveClientToken(fullClientToken());
      await store.saveClientToken(fullClientToken({ key: keyOf('own', 'client') }));
      assert.equal(await store.removeToken(refreshKey), true);
      assert.equal(await store.removeToken(refreshKey), false);
      assert.equal(await store.removeToken(keyOf('own', 'client')), true);
      const labels = ['access', 'refresh', 'more-access', 'more-refresh'];
      assert.deepEqual(await aliveOf(store, labels), ['access', 'more-access', 'more-refresh']);
      assert.notEqual(await store.findCode(codeKey, now), undefined);
      assert.notEqual(await store.findToken(fullClientToken().key, now), undefined);
      assert.equal(await store.findToken(keyOf('own', 'client'), now), undefined);
    },
  },
];
