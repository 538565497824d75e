// Broken token stores: records and codes.
import {
  asHashed,
  epochSeconds,
  type FoundCode,
  type GrantToken,
  type TokenKey,
  type TokenStore,
} from '../../src/index.ts';
import { carelessly, type Fault, pause, withoutEmpty } from './broken-stores.ts';
import { reviving } from './broken-token-finding.ts';

const lowered = ({ grantId, hash }: TokenKey): TokenKey => ({ grantId, hash: asHashed(hash.toLowerCase()) });

export const tokenRecordFaults: readonly Fault<TokenStore>[] = [
  {
    fault: 'forgets a field of the grant',
    caughtBy: 'a grant comes back with every field from its code and from each of its tokens',
    breaks: (sound) => ({ createGrant: (grant, issued) => sound.createGrant({ ...grant, acr: null }, issued) }),
  },
  {
    fault: "forgets the incarnation of the grant's client",
    caughtBy: 'a grant comes back with every field from its code and from each of its tokens',
    breaks: (sound) => ({
      createGrant: (grant, issued) => sound.createGrant({ ...grant, clientIncarnation: null }, issued),
    }),
  },
  {
    fault: "forgets the incarnation of a token's client",
    caughtBy: "a client's own token comes back with every field",
    breaks: (sound) => ({ saveClientToken: (token) => sound.saveClientToken({ ...token, clientIncarnation: null }) }),
  },
  {
    fault: "forgets the grant's audience",
    caughtBy: 'a grant comes back with every field from its code and from each of its tokens',
    breaks: (sound) => ({ createGrant: (grant, issued) => sound.createGrant({ ...grant, audience: [] }, issued) }),
  },
  {
    fault: 'forgets a field of the code',
    caughtBy: 'a code comes back with every field',
    breaks: (sound) => ({
      createGrant: (grant, { code, ...rest }) =>
        sound.createGrant(grant, code ? { ...rest, code: { ...code, nonce: null } } : rest),
    }),
  },
  {
    fault: "forgets a field of a client's token",
    caughtBy: "a client's own token comes back with every field",
    breaks: (sound) => ({ saveClientToken: (token) => sound.saveClientToken({ ...token, scope: [] }) }),
  },
  {
    fault: "forgets the audience of a client's token",
    caughtBy: "a client's own token comes back with every field",
    breaks: (sound) => ({ saveClientToken: (token) => sound.saveClientToken({ ...token, audience: [] }) }),
  },
  {
    fault: "replaces an empty audience by the grant's",
    caughtBy:
      "empty lists, empty texts and null come back unchanged; an empty scope or audience is not replaced by the grant's",
    breaks: (sound) => ({
      createGrant: (grant, { tokens = [], ...rest }) =>
        sound.createGrant(grant, {
          ...rest,
          tokens: tokens.map((token) => ({ ...token, audience: token.audience?.length === 0 ? null : token.audience })),
        }),
    }),
  },
  {
    fault: 'treats empty as absent',
    caughtBy:
      "empty lists, empty texts and null come back unchanged; an empty scope or audience is not replaced by the grant's",
    breaks: (sound) => ({
      createGrant: (grant, issued) => sound.createGrant(withoutEmpty(grant), withoutEmpty(issued)),
    }),
  },
  ...carelessly<TokenStore>('odd clients, subjects and texts come back exactly', 'texts', (sound, careless) => ({
    createGrant: (grant, issued) => sound.createGrant({ ...grant, acr: grant.acr && careless(grant.acr) }, issued),
  })),
  {
    fault: 'returns the same object every time',
    caughtBy: 'a caller that modifies an object it passed or received does not change the store',
    breaks: (sound) => {
      const found = new Map<string, FoundCode | undefined>();
      return {
        findCode: async (key, now) => {
          const name = JSON.stringify(key);
          found.set(name, found.get(name) ?? (await sound.findCode(key, now)));
          return found.get(name);
        },
      };
    },
  },
  {
    fault: 'throws when there is nothing',
    caughtBy: 'missing records are reported as missing, without an error, even if the key is not an id or a hash',
    breaks: (sound) => ({
      findToken: async (key, now) => {
        const found = await sound.findToken(key, now);
        if (!found) throw new Error('not found');
        return found;
      },
    }),
  },
  {
    fault: 'ignores case in hashes',
    caughtBy: 'ids and hashes are compared exactly, and must both match',
    breaks: (sound) => ({
      saveClientToken: (token) => sound.saveClientToken({ ...token, key: lowered(token.key) }),
      findToken: (key, now) => sound.findToken(lowered(key), now),
    }),
  },
  {
    fault: 'rotates access tokens too',
    caughtBy: 'a code is not found as a token, nor a token as a code, and only a refresh token can be rotated',
    breaks: (sound) => ({
      rotateRefreshToken: async (key, rotation, now) => {
        const found = await sound.findToken(key, now);
        if (found?.owner === 'grant' && found.token.kind === 'access') return { outcome: 'rotated' };
        return sound.rotateRefreshToken(key, rotation, now);
      },
    }),
  },
  {
    fault: 'treats a second grant with the same id as the first',
    caughtBy: 'a second grant with the same id is refused and changes nothing',
    breaks: (sound) => ({ createGrant: (grant, issued) => sound.createGrant(grant, issued).catch(() => undefined) }),
  },
];

export const codeFaults: readonly Fault<TokenStore>[] = [
  {
    fault: 'forgets a field of a redeemed token',
    caughtBy: 'redeeming a code marks it as used and saves its tokens with every field',
    breaks: (sound) => ({
      redeemCode: (key, tokens, now) =>
        sound.redeemCode(
          key,
          tokens.map((token) => ({ ...token, scope: null })),
          now,
        ),
    }),
  },
  {
    fault: 'forgets the audience of a redeemed token',
    caughtBy: 'redeeming a code marks it as used and saves its tokens with every field',
    breaks: (sound) => ({
      redeemCode: (key, tokens, now) =>
        sound.redeemCode(
          key,
          tokens.map((token) => ({ ...token, audience: null })),
          now,
        ),
    }),
  },
  {
    fault: 'lets codes expire a second early',
    caughtBy: 'a code works until the second before its expiry',
    breaks: (sound) => ({ redeemCode: (key, tokens, now) => sound.redeemCode(key, tokens, epochSeconds(now + 1)) }),
  },
  {
    fault: 'lets codes expire a second late',
    caughtBy: 'from the second of its expiry, a code is missing and saves nothing',
    breaks: (sound) => ({ redeemCode: (key, tokens, now) => sound.redeemCode(key, tokens, epochSeconds(now - 1)) }),
  },
  {
    fault: 'reports an expired code as a replay',
    caughtBy: 'a used code that has expired is missing, and replaying it revokes nothing',
    breaks: (sound) => ({ redeemCode: (key, tokens) => sound.redeemCode(key, tokens, epochSeconds(0)) }),
  },
  {
    fault: 'deletes a code that was used',
    caughtBy: 'a replayed code revokes everything its first use issued, saves nothing, and is missing from then on',
    breaks: (sound) => ({
      redeemCode: async (key, tokens, now) =>
        (await sound.findCode(key, now))?.used ? 'missing' : sound.redeemCode(key, tokens, now),
    }),
  },
  {
    fault: 'revokes all grants of the client after a replay',
    caughtBy: 'a replay does not affect other grants of the same client and subject',
    breaks: (sound) => ({
      redeemCode: async (key, tokens, now) => {
        const outcome = await sound.redeemCode(key, tokens, now);
        if (outcome === 'replayed') await sound.revokeGrants({ clientId: 'app' }, now);
        return outcome;
      },
    }),
  },
  {
    fault: 'checks first and marks the code as used later',
    caughtBy: 'of 20 concurrent redemptions of one code, one succeeds, one is a replay, and no token stays alive',
    breaks: (sound) => ({
      redeemCode: async (key, tokens, now) => {
        const found = await sound.findCode(key, now);
        await pause();
        const outcome = await sound.redeemCode(key, tokens, now);
        return found && !found.used ? 'redeemed' : outcome;
      },
    }),
  },
  {
    fault: 'refuses a redemption while another one runs, instead of letting it wait',
    caughtBy: 'concurrent redemptions of the codes of two grants do not affect each other',
    breaks: (sound) => {
      let busy = false;
      return {
        redeemCode: async (...of) => {
          if (busy) return 'missing';
          busy = true;
          await pause();
          busy = false;
          return sound.redeemCode(...of);
        },
      };
    },
  },
  {
    fault: 'saves tokens of a revoked grant alive',
    caughtBy: 'a code whose grant was revoked is missing and saves nothing',
    breaks: reviving,
  },
  {
    fault: 'saves tokens of a grant that is being revoked alive',
    caughtBy: 'after a concurrent redemption and revocation, in either order, nothing is alive',
    breaks: reviving,
  },
  {
    fault: 'keeps the token objects that were passed to a redemption',
    caughtBy: 'a caller that modifies the tokens it redeemed a code for does not change the store',
    breaks: (sound) => {
      const given: GrantToken[] = [];
      return {
        redeemCode: (key, tokens, now) => {
          given.push(...tokens);
          return sound.redeemCode(key, tokens, now);
        },
        findToken: async (key, now) => {
          const found = await sound.findToken(key, now);
          const token = given.find((each) => each.key.hash === key.hash);
          return found?.owner === 'grant' && token ? { ...found, token } : found;
        },
      };
    },
  },
];
