// Faults of claim stores.
import { type ClaimStore, type EpochSeconds, epochSeconds } from '../../src/index.ts';
import { type Fault, pause } from './broken-stores.ts';

const over = 'claims that are over are removed, at most as many as asked for; the others stay';
const race = 'of 20 that claim one name at once, one has it';
const laterRace = 'of 20 that claim at once a name whose claim is over, one has it';

export const claimFaults: readonly Fault<ClaimStore>[] = [
  {
    fault: 'lets a claim last a second too long',
    caughtBy: 'a name is one holder’s until the second before its end, and free from then on',
    breaks: (sound) => ({
      claim: (claim, now) => sound.claim({ ...claim, until: epochSeconds(claim.until + 1) }, now),
    }),
  },
  {
    fault: 'refuses the holder',
    caughtBy: 'the holder may claim again, and has it longer',
    breaks: (sound) => {
      let turn = 0;
      return { claim: (claim, now) => sound.claim({ ...claim, holder: `${claim.holder}-${turn++}` }, now) };
    },
  },
  {
    fault: 'never shortens a claim',
    caughtBy: 'the holder may end its claim, and another may have the name at once',
    breaks: (sound) => {
      const ends = new Map<string, EpochSeconds>();
      return {
        claim: async (claim, now) => {
          const own = JSON.stringify([claim.name, claim.holder]);
          const until = epochSeconds(Math.max(claim.until, ends.get(own) ?? 0));
          const granted = await sound.claim({ ...claim, until }, now);
          if (granted) ends.set(own, until);
          return granted;
        },
      };
    },
  },
  {
    fault: 'lengthens a claim for whoever asks',
    caughtBy: 'a claim that is refused changes nothing',
    breaks: (sound) => {
      const holders = new Map<string, string>();
      return {
        claim: async (claim, now) => {
          const granted = await sound.claim(claim, now);
          if (granted) holders.set(claim.name, claim.holder);
          else await sound.claim({ ...claim, holder: holders.get(claim.name) ?? '' }, now);
          return granted;
        },
      };
    },
  },
  {
    fault: 'trims holders',
    caughtBy: 'names are independent of each other, and holders are compared exactly',
    breaks: (sound) => ({ claim: (claim, now) => sound.claim({ ...claim, holder: claim.holder.trim() }, now) }),
  },
  ...[race, laterRace].map((caughtBy): Fault<ClaimStore> => {
    return {
      fault: 'looks first and claims afterwards',
      caughtBy,
      breaks: (sound) => {
        const claims = new Map<string, { holder: string; until: number }>();
        return {
          claim: async (claim, now) => {
            const current = claims.get(claim.name);
            await pause();
            if (current && current.holder !== claim.holder && current.until > now) return false;
            claims.set(claim.name, claim);
            return sound.claim(claim, now).then(() => true);
          },
        };
      },
    };
  }),
  {
    fault: 'removes more than was asked for',
    caughtBy: over,
    breaks: (sound) => ({ removeExpired: (now) => sound.removeExpired(now, 1000) }),
  },
  {
    fault: 'removes claims that still last',
    caughtBy: over,
    breaks: (sound) => ({ removeExpired: (now, limit) => sound.removeExpired(epochSeconds(now + 1), limit) }),
  },
];
