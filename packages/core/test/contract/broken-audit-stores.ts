// Broken audit stores.
import type { AuditAnchor, AuditStore } from '../../src/index.ts';
import { carelessly, type Fault, pause } from './broken-stores.ts';

const appended = 'appended events come back as they were, in the order of their chain';
const allOrNone = 'if one event exists, none of the batch is saved, and what is stored stays';
const paging = 'a page lists the newest events first, and the next page continues after its last event';
const filters = 'filters select by type, client, subject and time, and combine';
const heads =
  'the known heads are those of chains with a first event or an anchor, and all heads are those of every chain';
const retention = 'retention removes the events of one chain up to its anchor, and keeps the anchor';
const noWayBack = 'an anchor never goes back, and one that is not higher removes nothing';
const anchorRace = 'of concurrent anchors the highest stays, and each event is counted once';

export const auditFaults: readonly Fault<AuditStore>[] = [
  {
    fault: 'loses the MAC of the event before',
    caughtBy: appended,
    breaks: (sound) => ({ append: (events) => sound.append(events.map((event) => ({ ...event, previous: '' }))) }),
  },
  {
    fault: 'saves the events that are new',
    caughtBy: allOrNone,
    breaks: (sound) => ({
      append: async (events) => {
        const results = await Promise.all(events.map((event) => sound.append([event])));
        return results.includes('exists') ? 'exists' : 'appended';
      },
    }),
  },
  {
    fault: 'looks first and saves later',
    caughtBy: 'of 10 concurrent batches for one place in a chain, one is saved',
    breaks: (sound) => ({
      append: async (events) => {
        const stored = await sound.readChain(events[0]?.chain ?? '', 0, 1);
        await pause();
        if (stored.length > 0) return 'exists';
        await sound.append(events);
        return 'appended';
      },
    }),
  },
  {
    fault: 'repeats the last event of a page',
    caughtBy: paging,
    breaks: (sound) => ({
      list: (filter, after, limit) => sound.list(filter, after && { ...after, sequence: after.sequence + 1 }, limit),
    }),
  },
  {
    fault: 'ignores the types',
    caughtBy: filters,
    breaks: (sound) => ({ list: ({ types: _, ...filter }, after, limit) => sound.list(filter, after, limit) }),
  },
  {
    fault: 'counts the end of the period in',
    caughtBy: filters,
    breaks: (sound) => ({
      list: ({ until, ...filter }, after, limit) =>
        sound.list(until === undefined ? filter : { ...filter, until: until + 1 }, after, limit),
    }),
  },
  ...carelessly<AuditStore>('clients and subjects are compared exactly', 'clients', (sound, careless) => ({
    append: (events) =>
      sound.append(events.map((event) => ({ ...event, clientId: event.clientId && careless(event.clientId) }))),
    list: (filter, after, limit) =>
      sound.list(
        filter.clientId === undefined ? filter : { ...filter, clientId: careless(filter.clientId) },
        after,
        limit,
      ),
  })),
  {
    fault: 'forgets chains whose first event was removed',
    caughtBy: heads,
    breaks: (sound) => ({
      heads: async (scan) => {
        const anchored = (await sound.anchors()).map(({ chain }) => chain);
        return (await sound.heads(scan)).filter(({ chain }) => !anchored.includes(chain));
      },
    }),
  },
  {
    fault: 'returns the checkpoint that was saved last',
    caughtBy: 'the latest checkpoint is the one with the highest number',
    breaks: (sound) => {
      let last: Awaited<ReturnType<AuditStore['latestCheckpoint']>>;
      return {
        saveCheckpoint: (checkpoint) => {
          last = checkpoint;
          return sound.saveCheckpoint(checkpoint);
        },
        latestCheckpoint: async () => last,
      };
    },
  },
  {
    fault: 'looks for the number first and saves later',
    caughtBy: 'of 10 concurrent checkpoints with one number, one is saved and stays as it is',
    breaks: (sound) => ({
      saveCheckpoint: async (checkpoint) => {
        const latest = await sound.latestCheckpoint();
        await pause();
        if (latest?.number === checkpoint.number) return 'exists';
        await sound.saveCheckpoint(checkpoint);
        return 'saved';
      },
    }),
  },
  {
    fault: 'removes the checkpoint with the number too',
    caughtBy: 'old checkpoints are removed up to the number, which stays',
    breaks: (sound) => ({ removeCheckpointsBefore: (number) => sound.removeCheckpointsBefore(number + 1) }),
  },
  {
    fault: 'keeps the event of the anchor',
    caughtBy: retention,
    breaks: (sound) => ({
      prune: async (anchor) => {
        const [kept] = await sound.readChain(anchor.chain, anchor.sequence - 1, 1);
        const removed = await sound.prune(anchor);
        if (kept) await sound.append([kept]);
        return removed;
      },
    }),
  },
  {
    fault: 'replaces an anchor with one of the same height',
    caughtBy: noWayBack,
    breaks: (sound) => {
      const latest = new Map<string, AuditAnchor>();
      return {
        prune: (anchor) => {
          latest.set(anchor.chain, anchor);
          return sound.prune(anchor);
        },
        anchors: async () => [...latest.values()],
      };
    },
  },
  {
    fault: 'counts the events first and removes them later',
    caughtBy: anchorRace,
    breaks: (sound) => ({
      prune: async (anchor) => {
        const events = await sound.readChain(anchor.chain, 0, 1000);
        await pause();
        await sound.prune(anchor);
        return events.filter(({ sequence }) => sequence <= anchor.sequence).length;
      },
    }),
  },
];
