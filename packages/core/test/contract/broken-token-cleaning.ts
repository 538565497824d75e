// Broken token stores: expiry and cleaning.
import { type EpochSeconds, epochSeconds, type Grant, type TokenStore } from '../../src/index.ts';
import type { Fault } from './broken-stores.ts';
import { findingTokensAsGiven } from './broken-token-finding.ts';

type Breaks = Fault<TokenStore>['breaks'];

const endsGrantsAtKeepUntil: Breaks = (sound) => {
  const grants: Grant[] = [];
  return {
    createGrant: (grant, issued) => {
      grants.push(grant);
      return sound.createGrant(grant, issued);
    },
    removeExpired: async (before, limit) => {
      for (const { id, keepUntil } of grants) if (keepUntil <= before.now) await sound.revokeGrant(id, before.now);
      return sound.removeExpired(before, limit);
    },
  };
};

const shiftedBy = (by: number, now: EpochSeconds): EpochSeconds => epochSeconds(now + by);

export const cleaningFaults: readonly Fault<TokenStore>[] = [
  ...[1, -1].map((by) => ({
    fault: `lets tokens expire a second ${by > 0 ? 'early' : 'late'}`,
    caughtBy: 'a token is found until the second before its expiry, and never afterwards',
    breaks: (sound: TokenStore): Partial<TokenStore> => ({
      findToken: (key, now) => sound.findToken(key, shiftedBy(by, now)),
    }),
  })),
  {
    fault: 'ignores expiry',
    caughtBy: 'a token is found until the second before its expiry, and never afterwards',
    breaks: (sound) => ({ findToken: (key) => sound.findToken(key, epochSeconds(0)) }),
  },
  {
    fault: 'counts wrong',
    caughtBy: 'expired codes and tokens of every kind are removed and counted; live ones stay',
    breaks: (sound) => ({ removeExpired: async (...of) => Math.min(1, await sound.removeExpired(...of)) }),
  },
  {
    fault: 'treats "issued before" as "issued until"',
    caughtBy: 'only rows that were issued before the given moment are removed',
    breaks: (sound) => ({
      removeExpired: ({ now, issued }, limit) => sound.removeExpired({ now, issued: shiftedBy(1, issued) }, limit),
    }),
  },
  {
    fault: 'ignores the limit',
    caughtBy: 'no more rows are removed than the limit allows, grants included',
    breaks: (sound) => ({ removeExpired: (before) => sound.removeExpired(before, 1000) }),
  },
  {
    fault: 'removes a grant as soon as no code or token refers to it',
    caughtBy: 'a grant stays until keepUntil even if no code or token refers to it',
    breaks: (sound) => ({
      createGrant: (grant, issued) => sound.createGrant({ ...grant, keepUntil: epochSeconds(0) }, issued),
    }),
  },
  ...[
    'a grant stays as long as a token refers to it, even past keepUntil, and is removed afterwards',
    'a grant stays as long as a code refers to it, even past keepUntil',
    'a grant stays as long as tokens that joined it later, by redemption or rotation, are alive',
  ].map((caughtBy) => ({ fault: 'ends grants at keepUntil', caughtBy, breaks: endsGrantsAtKeepUntil })),
  {
    fault: 'never forgets an id',
    caughtBy: 'a grant that was removed can be created again',
    breaks: (sound) => {
      const known = new Set<string>();
      return {
        createGrant: async (grant, issued) => {
          if (known.has(grant.id)) throw new Error('taken');
          known.add(grant.id);
          return sound.createGrant(grant, issued);
        },
      };
    },
  },
  {
    fault: 'forgets revocations when it cleans',
    caughtBy: 'cleaning revives nothing: a revoked grant that still has a token stays revoked',
    breaks: findingTokensAsGiven((_token, cleaned) => cleaned),
  },
];
