// Broken token stores: revocation and removal.
import { epochSeconds, type FoundCode, type FoundToken, type TokenKey, type TokenStore } from '../../src/index.ts';
import { carelessly, type Fault } from './broken-stores.ts';

const everyone = ['app', 'a', 'b'];

export const revocationFaults: readonly Fault<TokenStore>[] = [
  {
    fault: 'revokes the tokens of a grant but not its code',
    caughtBy: 'revoking a grant revokes its code and all its tokens, rotated ones included',
    breaks: (sound) => {
      const codes = new Map<string, FoundCode>();
      return {
        createGrant: async (grant, issued) => {
          await sound.createGrant(grant, issued);
          if (issued.code) codes.set(issued.code.key.hash, { code: issued.code, used: false, grant });
        },
        findCode: async ({ hash }) => codes.get(hash),
      };
    },
  },
  {
    fault: 'counts a revoked grant as alive',
    caughtBy: 'a grant is revoked once; revoking it again reports that it was not alive',
    breaks: (sound) => ({
      revokeGrant: async (grantId, now) => {
        await sound.revokeGrant(grantId, now);
        return true;
      },
    }),
  },
  {
    fault: "compares the time of the revocation with the caller's clock",
    caughtBy: 'a revoked grant is also revoked for a caller whose clock is behind',
    breaks: (sound) => {
      const before = new Map<string, { at: number; token: FoundToken }>();
      return {
        createGrant: async (grant, issued) => {
          await sound.createGrant(grant, issued);
          for (const token of issued.tokens ?? []) {
            before.set(token.key.hash, { at: Infinity, token: { owner: 'grant', token, rotated: false, grant } });
          }
        },
        revokeGrant: (grantId, now) => {
          for (const entry of before.values()) entry.at = now;
          return sound.revokeGrant(grantId, now);
        },
        findToken: async ({ hash }, now) => {
          const entry = before.get(hash);
          return entry && now < entry.at ? entry.token : undefined;
        },
      };
    },
  },
  {
    fault: 'revokes too much',
    caughtBy: 'revoking a grant does not affect other grants',
    breaks: (sound) => ({
      revokeGrant: async (_grantId, now) => {
        const counts = await Promise.all(everyone.map((clientId) => sound.revokeGrants({ clientId }, now)));
        return counts.some((count) => count > 0);
      },
    }),
  },
  {
    fault: 'forgets that a grant was revoked when it is created again',
    caughtBy: 'a revoked grant cannot be created again',
    breaks: (sound) => ({ createGrant: (grant, issued) => sound.createGrant(grant, issued).catch(() => undefined) }),
  },
  {
    fault: 'counts grants that were revoked before',
    caughtBy: 'only the grants of the given client are revoked, and those that were alive are counted',
    breaks: (sound) => ({ revokeGrants: async (of, now) => (await sound.revokeGrants(of, now)) + 1 }),
  },
  {
    fault: 'ignores the subject',
    caughtBy: 'only the grants of the given subject are revoked, and those that were alive are counted',
    breaks: (sound) => ({ revokeGrants: ({ subject: _, ...of }, now) => sound.revokeGrants(of, now) }),
  },
  {
    fault: 'compares only the client when given client and subject',
    caughtBy: 'only the grants of the given client and subject are revoked, and they are counted',
    breaks: (sound) => ({
      revokeGrants: (of, now) => sound.revokeGrants(of.clientId === undefined ? of : { clientId: of.clientId }, now),
    }),
  },
  {
    fault: 'matches everything when given neither client nor subject',
    caughtBy: 'naming neither client nor subject revokes no grant',
    breaks: (sound) => ({
      revokeGrants: async (of, now) => {
        if (Object.keys(of).length > 0) return sound.revokeGrants(of, now);
        const counts = await Promise.all(everyone.map((clientId) => sound.revokeGrants({ clientId }, now)));
        return counts.reduce((sum, count) => sum + count, 0);
      },
    }),
  },
  ...carelessly<TokenStore>(
    'clients and subjects of any length and with any characters are compared exactly',
    'subjects and clients',
    (sound, careless) => ({
      createGrant: (grant, issued) => {
        const [clientId, subject] = [careless(grant.clientId), careless(grant.subject)];
        return sound.createGrant({ ...grant, clientId, subject }, issued);
      },
      revokeGrants: ({ clientId, subject }, now) =>
        sound.revokeGrants(
          clientId === undefined ? { subject: careless(subject ?? '') } : { clientId: careless(clientId) },
          now,
        ),
    }),
  ),
  {
    fault: "ends a client's own token with its grants",
    caughtBy: "a client's own token has no grant, so revoking grants does not end it",
    breaks: (sound) => {
      const own: TokenKey[] = [];
      return {
        saveClientToken: (token) => {
          own.push(token.key);
          return sound.saveClientToken(token);
        },
        revokeGrants: async (of, now) => {
          for (const key of own) await sound.removeToken(key);
          return sound.revokeGrants(of, now);
        },
      };
    },
  },
  {
    fault: 'revokes the grant of a token that is removed',
    caughtBy: 'removing a token removes only that token',
    breaks: (sound) => ({
      removeToken: async (key) => {
        const removed = await sound.removeToken(key);
        if (removed) await sound.revokeGrant(key.grantId, epochSeconds(0));
        return removed;
      },
    }),
  },
];
