// Broken lease stores.
import { type EpochSeconds, epochSeconds, type LeaseStore } from '../../src/index.ts';
import { type Fault, pause } from './broken-stores.ts';

const cleaning = 'cleaning removes leases that have ended, up to the limit, and keeps the others';
const race = 'of 20 holders that concurrently try to acquire a lease, one gets it';
const laterRace = 'of 20 holders that concurrently try to acquire a lease that has ended, one gets it';

export const leaseFaults: readonly Fault<LeaseStore>[] = [
  {
    fault: 'ends a lease a second late',
    caughtBy: 'a lease excludes other holders until the second before its end and is free from then on',
    breaks: (sound) => ({
      acquire: (lease, now) => sound.acquire({ ...lease, until: epochSeconds(lease.until + 1) }, now),
    }),
  },
  {
    fault: 'refuses the holder',
    caughtBy: 'the holder can renew its lease',
    breaks: (sound) => {
      let attempt = 0;
      return { acquire: (lease, now) => sound.acquire({ ...lease, holder: `${lease.holder}-${attempt++}` }, now) };
    },
  },
  {
    fault: 'never shortens a lease',
    caughtBy: 'the holder can release its lease, and another holder can acquire it immediately',
    breaks: (sound) => {
      const ends = new Map<string, EpochSeconds>();
      return {
        acquire: async (lease, now) => {
          const own = JSON.stringify([lease.name, lease.holder]);
          const until = epochSeconds(Math.max(lease.until, ends.get(own) ?? 0));
          const granted = await sound.acquire({ ...lease, until }, now);
          if (granted) ends.set(own, until);
          return granted;
        },
      };
    },
  },
  {
    fault: 'lengthens the lease when it refuses another holder',
    caughtBy: 'a refused attempt does not change the lease',
    breaks: (sound) => {
      const holders = new Map<string, string>();
      return {
        acquire: async (lease, now) => {
          const granted = await sound.acquire(lease, now);
          if (granted) holders.set(lease.name, lease.holder);
          else await sound.acquire({ ...lease, holder: holders.get(lease.name) ?? '' }, now);
          return granted;
        },
      };
    },
  },
  {
    fault: 'trims the names of holders',
    caughtBy: 'names are independent of each other, and holders are compared exactly',
    breaks: (sound) => ({ acquire: (lease, now) => sound.acquire({ ...lease, holder: lease.holder.trim() }, now) }),
  },
  ...[race, laterRace].map((caughtBy): Fault<LeaseStore> => {
    return {
      fault: 'reads the lease first and writes it later',
      caughtBy,
      breaks: (sound) => {
        const leases = new Map<string, { holder: string; until: number }>();
        return {
          acquire: async (lease, now) => {
            const current = leases.get(lease.name);
            await pause();
            if (current && current.holder !== lease.holder && current.until > now) return false;
            leases.set(lease.name, lease);
            return sound.acquire(lease, now).then(() => true);
          },
        };
      },
    };
  }),
  {
    fault: 'removes more leases than it was asked to',
    caughtBy: cleaning,
    breaks: (sound) => ({ removeExpired: (now) => sound.removeExpired(now, 1000) }),
  },
  {
    fault: 'removes leases that have not ended',
    caughtBy: cleaning,
    breaks: (sound) => ({ removeExpired: (now, limit) => sound.removeExpired(epochSeconds(now + 1), limit) }),
  },
];
