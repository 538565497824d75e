// Faults of flow stores and login session stores.
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
const expired = 'expired flows are removed, at most as many as asked for, and counted; live ones stay';
const expiredSessions = 'expired sessions are removed, at most as many as asked for, and counted; live ones stay';

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
    fault: 'takes empty for absent',
    caughtBy: 'empty lists, empty texts and null come back as they are, not absent',
    breaks: (sound) => ({ create: (flow) => sound.create(withoutEmpty(flow)) }),
  },
  {
    fault: 'throws when there is nothing',
    caughtBy: 'a flow that is not there is an answer, not an error',
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
    caughtBy: 'creating an id that is taken is refused and changes nothing',
    breaks: (sound) => ({
      create: async (flow) => {
        const stored = await sound.find(flow.id, longAgo);
        if (stored) await sound.replace(flow, stored.version, longAgo);
        await sound.create(flow);
      },
    }),
  },
  ...carelessly<FlowStore>(
    'ids are compared exactly, whatever characters and however many they have',
    'ids',
    (sound, careless) => ({
      create: (flow) => sound.create({ ...flow, id: careless(flow.id) }),
      find: (id, now) => sound.find(careless(id), now),
    }),
  ),
  {
    fault: 'hands out the object that it was given',
    caughtBy: 'what a caller does to an object that it gave or was given does not reach the store',
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
    caughtBy: 'a flow cannot be found nor replaced from the second of its expiry on',
    breaks: (sound) => ({ replace: (flow, version) => sound.replace(flow, version, longAgo) }),
  },
  {
    fault: 'expires a second late',
    caughtBy: 'a flow cannot be found nor replaced from the second of its expiry on',
    breaks: (sound) => ({ find: (id, now) => sound.find(id, epochSeconds(now - 1)) }),
  },
  {
    fault: 'keeps the expiry of the replaced flow',
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
    caughtBy: 'a replacement of another version than the stored one is stale and changes nothing',
    breaks: (sound) => ({
      replace: async (flow, _version, now) => sound.replace(flow, (await sound.find(flow.id, now))?.version ?? 0, now),
    }),
  },
  {
    fault: 'compares the version first and replaces later',
    caughtBy: 'of 20 replacements of one version at once, one wins',
    breaks: (sound) => ({
      replace: async (flow, version, now) => {
        if ((await sound.find(flow.id, now))?.version !== version) return 'stale';
        await pause();
        return sound.replace(flow, (await sound.find(flow.id, now))?.version ?? 0, now);
      },
    }),
  },
  {
    fault: 'does not see the client',
    caughtBy: 'flows of a client are removed and counted, and no others; then they cannot be replaced',
    breaks: (sound) => ({ removeAll: (of) => (of.clientId === undefined ? sound.removeAll(of) : Promise.resolve(0)) }),
  },
  {
    fault: 'does not see the subject',
    caughtBy: 'flows of a subject are removed and counted, and no others',
    breaks: (sound) => ({ removeAll: ({ subject: _, ...of }) => sound.removeAll(of) }),
  },
  {
    fault: 'takes client and subject for client or subject',
    caughtBy: 'flows of a client and a subject together are removed and counted, and no others',
    breaks: (sound) => ({
      removeAll: async ({ clientId, subject }) =>
        (clientId === undefined ? 0 : await sound.removeAll({ clientId })) +
        (subject === undefined ? 0 : await sound.removeAll({ subject })),
    }),
  },
  {
    fault: 'takes nobody for everybody',
    caughtBy: 'naming neither client nor subject removes no flow',
    breaks: (sound) => ({
      removeAll: (of) => (Object.keys(of).length ? sound.removeAll(of) : sound.removeExpired(epochSeconds(1e12), 1e6)),
    }),
  },
  {
    fault: 'keeps the subject of the first version',
    caughtBy: 'the subject of a flow is the one of its latest version, remembered or logged in',
    breaks: (sound) => ({
      replace: async (flow, version, now) => {
        const { login } = (await sound.find(flow.id, now)) ?? flow;
        return sound.replace({ ...flow, login }, version, now);
      },
    }),
  },
  {
    fault: 'adds a note to the earlier one',
    caughtBy: "a note of waiting flows takes the place of the holder's earlier one, and all are added up",
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
    fault: 'counts notes for ever',
    caughtBy: 'a note of waiting flows counts until the second before its end, and not from then on',
    breaks: (sound) => ({ noteWaiting: (note) => sound.noteWaiting(note, longAgo) }),
  },
  {
    fault: 'keeps one sum, which it reads and writes in two steps',
    caughtBy: 'of 20 notes of waiting flows at once none is lost',
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
    fault: 'keeps notes among the flows',
    caughtBy: 'a note of waiting flows is no flow',
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
    breaks: (sound) => ({ save: (session) => sound.save({ ...session, acr: '' }) }),
  },
  {
    fault: 'takes empty for absent',
    caughtBy: 'an empty text comes back empty, not absent',
    breaks: (sound) => ({ save: (session) => sound.save(withoutEmpty(session)) }),
  },
  {
    fault: 'decodes ids without checking them',
    caughtBy: 'a session that is not there is an answer, not an error, even for what is no hash',
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
    caughtBy: 'saving a session again replaces it whole',
    breaks: (sound) => ({
      save: async (session) => {
        if (!(await sound.find(session.id, longAgo))) await sound.save(session);
      },
    }),
  },
  {
    fault: 'hands out the object that it was given',
    caughtBy: 'what a caller does to an object that it gave or was given does not reach the store',
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
    caughtBy: 'a session is found until the second before its expiry, and not from then on',
    breaks: (sound) => ({ find: (id, now) => sound.find(id, epochSeconds(now - 1)) }),
  },
  {
    fault: 'removes nothing',
    caughtBy: 'a session that was removed is gone, and no other',
    breaks: () => ({ remove: async () => true }),
  },
  ...carelessly<LoginSessionStore>(
    'all sessions of exactly one subject are removed and counted',
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
