// The rules for every TokenStore: how it keeps records. The other token-store-*.contract.ts files have the other rules.
import assert from 'node:assert/strict';
import { seconds } from '../domain/time.ts';
import type { TokenStore } from '../ports/token-store.ts';
import type { Case } from './case.ts';
import { fullClientToken, fullCode, fullGrant, fullToken, grantIdOf, hashOf, now } from './fixtures.ts';
import { oddTexts, scribbleOn } from './stress.ts';
import { tokenStoreCleaningCases } from './token-store-cleaning.contract.ts';
import { tokenStoreCodeCases } from './token-store-codes.contract.ts';
import { accessKey, codeKey, firstTokens, refreshKey } from './token-store-fixtures.ts';
import { tokenStoreRevocationCases } from './token-store-revocation.contract.ts';
import { tokenStoreRotationCases } from './token-store-rotation.contract.ts';

const recordCases: readonly Case<TokenStore>[] = [
  {
    name: 'a grant comes back with every field from its code and from each of its tokens',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode(), tokens: firstTokens() });
      assert.deepEqual((await store.findCode(codeKey, now))?.grant, fullGrant());
      for (const token of firstTokens()) {
        assert.deepEqual(await store.findToken(token.key, now), {
          owner: 'grant',
          token,
          rotated: false,
          grant: fullGrant(),
        });
      }
    },
  },
  {
    name: 'a code comes back with every field',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode() });
      assert.deepEqual(await store.findCode(codeKey, now), { code: fullCode(), used: false, grant: fullGrant() });
    },
  },
  {
    name: "a client's own token comes back with every field",
    async run(store) {
      await store.saveClientToken(fullClientToken());
      assert.deepEqual(await store.findToken(fullClientToken().key, now), {
        owner: 'client',
        token: fullClientToken(),
      });
    },
  },
  {
    name: "empty lists, empty texts and null come back unchanged; an empty scope or audience is not replaced by the grant's",
    async run(store) {
      const nothing = { scope: [], requestedScope: [], audience: [], requestedAudience: [] };
      const grant = fullGrant({ ...nothing, acr: null, session: { accessToken: {}, idToken: {} } });
      const code = fullCode({ redirectUri: null, codeChallenge: null, nonce: null });
      const tokens = [
        fullToken({ scope: [], audience: [] }),
        fullToken({ key: { ...accessKey, hash: hashOf('wide') }, scope: null }),
        fullToken({ key: refreshKey, kind: 'refresh', scope: null, audience: null }),
      ];
      await store.createGrant(grant, { code, tokens });
      await store.saveClientToken(fullClientToken({ scope: [], audience: [] }));
      assert.deepEqual(await store.findCode(codeKey, now), { code, used: false, grant });
      for (const token of tokens) {
        assert.deepEqual(await store.findToken(token.key, now), { owner: 'grant', token, rotated: false, grant });
      }
      const found = await store.findToken(fullClientToken().key, now);
      assert.deepEqual(found?.token, fullClientToken({ scope: [], audience: [] }));
    },
  },
  {
    name: 'odd clients, subjects and texts come back exactly',
    async run(store) {
      for (const [index, text] of oddTexts.entries()) {
        const grant = fullGrant({
          id: grantIdOf(`g${index}`),
          clientId: text,
          subject: text,
          acr: text,
          scope: [text],
          audience: [text],
        });
        const code = fullCode({ key: { ...codeKey, grantId: grant.id }, redirectUri: text, nonce: text });
        await store.createGrant(grant, { code });
        assert.deepEqual(await store.findCode(code.key, now), { code, used: false, grant });
      }
    },
  },
  {
    name: 'a caller that modifies an object it passed or received does not change the store',
    async run(store) {
      const given = { grant: fullGrant(), issued: { code: fullCode(), tokens: [fullToken()] }, own: fullClientToken() };
      await store.createGrant(given.grant, given.issued);
      await store.saveClientToken(given.own);
      scribbleOn(given);
      scribbleOn(await store.findCode(codeKey, now));
      scribbleOn(await store.findToken(accessKey, now));
      scribbleOn(await store.findToken(fullClientToken().key, now));
      assert.deepEqual(await store.findCode(codeKey, now), { code: fullCode(), used: false, grant: fullGrant() });
      const found = { owner: 'grant', token: fullToken(), rotated: false, grant: fullGrant() };
      assert.deepEqual(await store.findToken(accessKey, now), found);
      assert.deepEqual((await store.findToken(fullClientToken().key, now))?.token, fullClientToken());
    },
  },
  {
    name: 'missing records are reported as missing, without an error, even if the key is not an id or a hash',
    async run(store) {
      const rotation = { successors: [], sealed: 'sealed', grace: seconds(0) };
      const odd = ['', 'caf\u00e9 / %2F', 'x'.repeat(8192)].map((text) => ({ grantId: text, hash: hashOf('code') }));
      for (const key of [codeKey, ...odd]) {
        assert.equal(await store.findCode(key, now), undefined);
        assert.equal(await store.redeemCode(key, [], now), 'missing');
        assert.equal(await store.findToken(key, now), undefined);
        assert.deepEqual(await store.rotateRefreshToken(key, rotation, now), { outcome: 'missing' });
        assert.equal(await store.removeToken(key), false);
        assert.equal(await store.revokeGrant(key.grantId, now), false);
      }
      assert.equal(await store.revokeGrants({ clientId: 'app', subject: 'zoe' }, now), 0);
      assert.equal(await store.removeExpired({ now, issued: now }, 10), 0);
    },
  },
  {
    name: 'ids and hashes are compared exactly, and must both match',
    async run(store) {
      const key = (grant: string, hash: string) => ({ grantId: grantIdOf(grant), hash: hashOf(hash) });
      const pairs = [key('abc', 'xyz'), key('ABC', 'xyz'), key('abc', 'XYZ')];
      for (const grant of ['abc', 'ABC']) await store.createGrant(fullGrant({ id: grantIdOf(grant) }), {});
      for (const [index, pair] of pairs.entries()) {
        await store.saveClientToken(fullClientToken({ key: pair, clientId: `client ${index}` }));
      }
      for (const [index, pair] of pairs.entries()) {
        const token = fullClientToken({ key: pair, clientId: `client ${index}` });
        assert.deepEqual(await store.findToken(pair, now), { owner: 'client', token });
      }
      assert.equal(await store.findToken(key('ABC', 'XYZ'), now), undefined);
    },
  },
  {
    name: 'a code is not found as a token, nor a token as a code, and only a refresh token can be rotated',
    async run(store) {
      await store.createGrant(fullGrant(), { code: fullCode(), tokens: firstTokens() });
      await store.saveClientToken(fullClientToken());
      const rotation = { successors: [], sealed: 'sealed', grace: seconds(0) };
      for (const key of [codeKey, accessKey, fullClientToken().key]) {
        assert.deepEqual(await store.rotateRefreshToken(key, rotation, now), { outcome: 'missing' });
      }
      for (const key of [accessKey, refreshKey, fullClientToken().key]) {
        assert.equal(await store.findCode(key, now), undefined);
        assert.equal(await store.redeemCode(key, [], now), 'missing');
      }
      assert.equal(await store.findToken(codeKey, now), undefined);
      assert.equal(await store.removeToken(codeKey), false);
      assert.notEqual(await store.findCode(codeKey, now), undefined);
    },
  },
  {
    name: 'a second grant with the same id is refused and changes nothing',
    async run(store) {
      await store.createGrant(fullGrant(), { tokens: firstTokens() });
      const another = fullToken({ key: { ...accessKey, hash: hashOf('another') } });
      await assert.rejects(
        store.createGrant(fullGrant({ subject: 'mallory' }), { code: fullCode(), tokens: [another] }),
      );
      assert.equal(await store.findCode(codeKey, now), undefined);
      assert.equal(await store.findToken(another.key, now), undefined);
      const found = await store.findToken(accessKey, now);
      assert.deepEqual(found?.owner === 'grant' && found.grant, fullGrant());
    },
  },
];

export const tokenStoreContract: readonly Case<TokenStore>[] = [
  ...recordCases,
  ...tokenStoreCodeCases,
  ...tokenStoreRotationCases,
  ...tokenStoreRevocationCases,
  ...tokenStoreCleaningCases,
];
