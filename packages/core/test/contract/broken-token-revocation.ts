// Faults of token stores: revoking and removing.
import { epochSeconds, type FoundCode, type FoundToken, type TokenKey, type TokenStore } from '../../src/index.ts';
import { carelessly, type Fault } from './broken-stores.ts';

const everyone = ['app', 'a', 'b'];

export const revocationFaults: readonly Fault<TokenStore>[] = [
  {
    fault: 'ends the tokens of a grant but not its code',
    caughtBy: 'revoking a grant ends its code and all its tokens, rotated ones included',
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
    caughtBy: 'a grant is revoked once: the second time it was not alive',
    breaks: (sound) => ({
      revokeGrant: async (grantId, now) => {
        await sound.revokeGrant(grantId, now);
        return true;
      },
    }),
  },
  {
    fault: 'compares the time of revocation with the caller’s clock',
    caughtBy: 'what was revoked is dead for a caller whose clock is behind too',
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
    caughtBy: 'revoking a grant leaves other grants alone',
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
    caughtBy: 'grants of a client are revoked, those that were alive are counted, and no others',
    breaks: (sound) => ({ revokeGrants: async (of, now) => (await sound.revokeGrants(of, now)) + 1 }),
  },
  {
    fault: 'does not see the subject',
    caughtBy: 'grants of a subject are revoked, those that were alive are counted, and no others',
    breaks: (sound) => ({ revokeGrants: ({ subject: _, ...of }, now) => sound.revokeGrants(of, now) }),
  },
  {
    fault: 'takes client and subject for the client',
    caughtBy: 'grants of a client and a subject together are revoked and counted, and no others',
    breaks: (sound) => ({
      revokeGrants: (of, now) => sound.revokeGrants(of.clientId === undefined ? of : { clientId: of.clientId }, now),
    }),
  },
  {
    fault: 'takes nobody for everybody',
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
    'clients and subjects are compared exactly, whatever characters and however many they have',
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
    caughtBy: "a client's own token has no grant: no revocation of grants ends it",
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
    caughtBy: 'removing a token removes that token and nothing else',
    breaks: (sound) => ({
      removeToken: async (key) => {
        const removed = await sound.removeToken(key);
        if (removed) await sound.revokeGrant(key.grantId, epochSeconds(0));
        return removed;
      },
    }),
  },
];
