// Broken flow stores and login session stores.
import { fixtures } from '../../src/contract/index.ts';
import {
  asHashed,
  epochSeconds,
  type Flow,
  type FlowStore,
  type LoginSession,
  type LoginSessionStore,
} from '../../src/index.ts';
import { carelessly, type Fault, pause, withoutEmpty } from './broken-stores.ts';

const { youngFlow } = fixtures;
const longAgo = epochSeconds(0);
const expired = 'expired flows are removed up to the limit and counted; live ones stay';
const expiredSessions = 'expired sessions are removed up to the limit and counted; live ones stay';

export const flowFaults: readonly Fault<FlowStore>[] = [
  {
    fault: 'forgets a field',
    caughtBy: 'a flow comes back with every field',
    breaks: (sound) => ({ create: (flow) => sound.create({ ...flow, consent: null }) }),
  },
  {
    fault: "forgets the client's incarnation",
    caughtBy: 'a flow comes back with every field',
    breaks: (sound) => ({ create: (flow) => sound.create({ ...flow, clientIncarnation: null }) }),
  },
  {
    fault: 'treats empty as absent',
    caughtBy: 'empty lists, empty texts and null come back unchanged, not as absent',
    breaks: (sound) => ({ create: (flow) => sound.create(withoutEmpty(flow)) }),
  },
  {
    fault: 'throws when there is nothing',
    caughtBy: 'a missing flow is reported as missing, without an error',
    breaks: (sound) => ({
      find: async (id, now) => {
        const found = await sound.find(id, now);
        if (!found) throw new Error('not found');
        return found;
      },
    }),
  },
  {
    fault: 'overwrites',
    caughtBy: 'creating a flow with an existing id is refused and changes nothing',
    breaks: (sound) => ({
      create: async (flow) => {
        const stored = await sound.find(flow.id, longAgo);
        if (stored) await sound.replace(flow, stored.version, longAgo);
        await sound.create(flow);
      },
    }),
  },
  ...carelessly<FlowStore>(
    'ids of any length and with any characters are compared exactly',
    'ids',
    (sound, careless) => ({
      create: (flow) => sound.create({ ...flow, id: careless(flow.id) }),
      find: (id, now) => sound.find(careless(id), now),
    }),
  ),
  {
    fault: 'returns the object that it was given',
    caughtBy: 'a caller that modifies an object it passed or received does not change the store',
    breaks: (sound) => {
      const given = new Map<string, Flow>();
      return {
        create: (flow) => {
          given.set(flow.id, flow);
          return sound.create(flow);
        },
        find: async (id) => given.get(id),
      };
    },
  },
  {
    fault: 'expires a second early',
    caughtBy: 'a flow can be found and replaced until the second before its expiry',
    breaks: (sound) => ({ find: (id, now) => sound.find(id, epochSeconds(now + 1)) }),
  },
  {
    fault: 'ignores expiry when it replaces',
    caughtBy: 'from the second of its expiry, a flow can be neither found nor replaced',
    breaks: (sound) => ({ replace: (flow, version) => sound.replace(flow, version, longAgo) }),
  },
  {
    fault: 'expires a second late',
    caughtBy: 'from the second of its expiry, a flow can be neither found nor replaced',
    breaks: (sound) => ({ find: (id, now) => sound.find(id, epochSeconds(now - 1)) }),
  },
  {
    fault: 'keeps the expiry of the old version',
    caughtBy: 'a replacement changes every field, and only that flow',
    breaks: (sound) => ({
      replace: async (flow, version, now) => {
        const { expiresAt } = (await sound.find(flow.id, now)) ?? flow;
        return sound.replace({ ...flow, expiresAt }, version, now);
      },
    }),
  },
  {
    fault: 'ignores the version',
    caughtBy: 'replacing a version other than the stored one is stale and changes nothing',
    breaks: (sound) => ({
      replace: async (flow, _version, now) => sound.replace(flow, (await sound.find(flow.id, now))?.version ?? 0, now),
    }),
  },
  {
    fault: 'compares the version first and replaces later',
    caughtBy: 'of 20 concurrent replacements of one version, one succeeds',
    breaks: (sound) => ({
      replace: async (flow, version, now) => {
        if ((await sound.find(flow.id, now))?.version !== version) return 'stale';
        await pause();
        return sound.replace(flow, (await sound.find(flow.id, now))?.version ?? 0, now);
      },
    }),
  },
  {
    fault: 'ignores the client',
    caughtBy: 'only the flows of the given client are removed and counted, and they cannot be replaced afterwards',
    breaks: (sound) => ({ removeAll: (of) => (of.clientId === undefined ? sound.removeAll(of) : Promise.resolve(0)) }),
  },
  {
    fault: 'ignores the subject',
    caughtBy: 'only the flows of the given subject are removed, and they are counted',
    breaks: (sound) => ({ removeAll: ({ subject: _, ...of }) => sound.removeAll(of) }),
  },
  {
    fault: 'matches client or subject when given both',
    caughtBy: 'only the flows of the given client and subject are removed, and they are counted',
    breaks: (sound) => ({
      removeAll: async ({ clientId, subject }) =>
        (clientId === undefined ? 0 : await sound.removeAll({ clientId })) +
        (subject === undefined ? 0 : await sound.removeAll({ subject })),
    }),
  },
  {
    fault: 'matches everything when given neither client nor subject',
    caughtBy: 'naming neither client nor subject removes no flow',
    breaks: (sound) => ({
      removeAll: (of) => (Object.keys(of).length ? sound.removeAll(of) : sound.removeExpired(epochSeconds(1e12), 1e6)),
    }),
  },
  {
    fault: 'keeps the subject of the first version',
    caughtBy: 'the subject of a flow is that of its latest version, whether remembered or logged in',
    breaks: (sound) => ({
      replace: async (flow, version, now) => {
        const { login } = (await sound.find(flow.id, now)) ?? flow;
        return sound.replace({ ...flow, login }, version, now);
      },
    }),
  },
  {
    fault: 'adds a note to the earlier note',
    caughtBy: "a note of waiting flows replaces the holder's earlier note, and the notes of all holders are added up",
    breaks: (sound) => {
      let notes = 0;
      return {
        noteWaiting: (note, now) => {
          notes += 1;
          return sound.noteWaiting({ ...note, holder: `${note.holder} ${notes}` }, now);
        },
      };
    },
  },
  {
    fault: 'counts notes forever',
    caughtBy: 'a note of waiting flows counts until the second before its end, and never afterwards',
    breaks: (sound) => ({ noteWaiting: (note) => sound.noteWaiting(note, longAgo) }),
  },
  {
    fault: 'keeps one sum and reads and writes it in two steps',
    caughtBy: 'of 20 concurrent notes of waiting flows, none is lost',
    breaks: () => {
      const notes = new Map<string, number>();
      let sum = 0;
      return {
        noteWaiting: async ({ holder, waiting }) => {
          const next = sum - (notes.get(holder) ?? 0) + waiting;
          await pause();
          notes.set(holder, waiting);
          sum = next;
          return sum;
        },
      };
    },
  },
  {
    fault: 'stores notes as flows',
    caughtBy: 'a note of waiting flows is not found or removed as a flow',
    breaks: (sound) => ({
      noteWaiting: async (note, now) => {
        await sound.create(youngFlow({ id: note.holder, expiresAt: note.until }));
        return sound.noteWaiting(note, now);
      },
    }),
  },
  {
    fault: 'ignores the limit',
    caughtBy: expired,
    breaks: (sound) => ({ removeExpired: (now) => sound.removeExpired(now, 1000) }),
  },
  {
    fault: 'removes a second early',
    caughtBy: expired,
    breaks: (sound) => ({ removeExpired: (now, limit) => sound.removeExpired(epochSeconds(now + 1), limit) }),
  },
];

export const loginSessionFaults: readonly Fault<LoginSessionStore>[] = [
  {
    fault: 'forgets a field',
    caughtBy: 'a session comes back with every field',
    breaks: (sound) => ({ save: (session) => sound.save({ ...session, acr: null }) }),
  },
  {
    fault: 'treats empty as absent',
    caughtBy: 'an empty text comes back empty, not absent',
    breaks: (sound) => ({ save: (session) => sound.save(withoutEmpty(session)) }),
  },
  {
    fault: 'decodes ids without checking them',
    caughtBy: 'a missing session is reported as missing, without an error, even if the id is not a hash',
    breaks: (sound) => ({
      find: (id, now) => {
        if (id.length !== 43) throw new RangeError('not a hash');
        return sound.find(id, now);
      },
    }),
  },
  {
    fault: 'ignores case in ids',
    caughtBy: 'ids are compared exactly',
    breaks: (sound) => ({
      save: (session) => sound.save({ ...session, id: asHashed(session.id.toLowerCase()) }),
      find: (id, now) => sound.find(asHashed(id.toLowerCase()), now),
    }),
  },
  {
    fault: 'does not replace',
    caughtBy: 'saving a session again replaces the whole session',
    breaks: (sound) => ({
      save: async (session) => {
        if (!(await sound.find(session.id, longAgo))) await sound.save(session);
      },
    }),
  },
  {
    fault: 'returns the object that it was given',
    caughtBy: 'a caller that modifies an object it passed or received does not change the store',
    breaks: (sound) => {
      const given = new Map<string, LoginSession>();
      return {
        save: (session) => {
          given.set(session.id, session);
          return sound.save(session);
        },
        find: async (id) => given.get(id),
      };
    },
  },
  {
    fault: 'expires a second late',
    caughtBy: 'a session is found until the second before its expiry, and never afterwards',
    breaks: (sound) => ({ find: (id, now) => sound.find(id, epochSeconds(now - 1)) }),
  },
  {
    fault: 'removes nothing',
    caughtBy: 'removing a session removes only that session',
    breaks: () => ({ remove: async () => true }),
  },
  ...carelessly<LoginSessionStore>(
    'all sessions of the given subject, and only those, are removed and counted',
    'subjects',
    (sound, careless) => ({
      save: (session) => sound.save({ ...session, subject: careless(session.subject) }),
      removeBySubject: (subject) => sound.removeBySubject(careless(subject)),
    }),
  ),
  {
    fault: 'ignores the limit',
    caughtBy: expiredSessions,
    breaks: (sound) => ({ removeExpired: (now) => sound.removeExpired(now, 1000) }),
  },
];
