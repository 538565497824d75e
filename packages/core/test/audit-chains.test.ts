// The audit chains in memory: verification accepts what the writer wrote, and finds what anyone else changed.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AuditCheckpoint,
  type AuditFault,
  type AuditStore,
  AuditWriter,
  epochSeconds,
  makeApplyRetention,
  makeVerifyChains,
  makeWriteCheckpoint,
  type SealedAuditEvent,
  StoreUnavailable,
  type System,
} from '@claviger/core';
import { MemoryAuditStore } from '@claviger/core/memory';
import { nodeSystem } from '@claviger/core/node';
import t from 'tap';

let now = 1_800_000_000;
const clock = { now: () => epochSeconds(now) };
const systemOf = (systemSecret: string, previousSecrets: readonly string[] = []): System =>
  nodeSystem({ systemSecret, previousSecrets, clock });
const system = systemOf('a system secret for tests');

const entryOf = (index: number) => ({
  time: now * 1000 + index,
  type: 'OAuth2ClientCreated',
  clientId: `client-${index}`,
  subject: null,
  data: `{"n":${index}}`,
});

/** Writes the entries and ends the chain. */
const writeChain = async (store: AuditStore, entries: number, by: System = system): Promise<void> => {
  const writer = new AuditWriter({ store, system: by, collectMs: 0, onFailure: t.error });
  for (let index = 0; index < entries; index += 1) writer.add(entryOf(index));
  await writer.close();
};

const faultsOf = async (
  store: AuditStore,
  checkpoint: AuditCheckpoint | null = null,
  by: System = system,
): Promise<readonly AuditFault[]> => {
  const faults: AuditFault[] = [];
  for await (const fault of makeVerifyChains({ store, mac: by.mac })(checkpoint)) faults.push(fault);
  return faults;
};

const placesOf = (faults: readonly AuditFault[]) => faults.map(({ kind, from, to }) => `${kind} ${from}-${to}`);

/** The store with its events replaced by what `tamper` makes of them. */
const tampered = async (
  store: AuditStore,
  tamper: (events: SealedAuditEvent[]) => readonly SealedAuditEvent[],
): Promise<AuditStore> => {
  const changed = new MemoryAuditStore();
  for (const anchor of await store.anchors()) await changed.prune(anchor);
  for (const { chain } of await store.heads('all')) {
    await changed.append(tamper([...(await store.readChain(chain, 0, 10_000))]));
  }
  return changed;
};

t.test('what was written is genuine, with a beginning and an end', async (t) => {
  const store = new MemoryAuditStore();
  await writeChain(store, 200);
  await writeChain(store, 3);
  t.same(await faultsOf(store), []);
  const [first] = await store.heads('all');
  const events = await store.readChain(first?.chain ?? '', 0, 1000);
  t.equal(events.at(0)?.type, 'AuditChainStarted');
  t.equal(events.at(-1)?.type, 'AuditChainEnded');
});

t.test('each kind of tampering is found in its place', async (t) => {
  const store = new MemoryAuditStore();
  await writeChain(store, 100);
  const saved = await makeWriteCheckpoint({ store, system })(0);
  t.equal(saved.outcome, 'saved');
  const checkpoint = saved.outcome === 'saved' ? saved.checkpoint : null;
  t.same(await faultsOf(store, checkpoint), []);

  const changed = await tampered(store, (events) =>
    events.map((event) => (event.sequence === 50 ? { ...event, clientId: 'another' } : event)),
  );
  t.same(placesOf(await faultsOf(changed, checkpoint)), ['not-genuine 50-50']);

  const removed = await tampered(store, (events) => events.filter(({ sequence }) => sequence !== 50));
  t.same(placesOf(await faultsOf(removed, checkpoint)), ['removed 50-50']);

  const swapped = await tampered(store, (events) =>
    events.map((event) => {
      const from = event.sequence === 50 ? 60 : event.sequence === 60 ? 50 : event.sequence;
      return { ...event, sequence: from };
    }),
  );
  t.same(placesOf(await faultsOf(swapped, checkpoint)), ['not-genuine 50-50', 'not-genuine 60-60']);

  const added = await tampered(store, (events) => {
    const last = events.at(-1);
    return last ? [...events, { ...last, sequence: last.sequence + 1, previous: last.mac }] : events;
  });
  t.same(placesOf(await faultsOf(added, checkpoint)), ['not-genuine 103-103']);

  const cut = await tampered(store, (events) => events.slice(0, 90));
  t.same(placesOf(await faultsOf(cut, checkpoint)), ['cut-off 91-102']);
  t.same(placesOf(await faultsOf(cut)), [], 'without a checkpoint a missing end cannot be seen');

  t.same(placesOf(await faultsOf(new MemoryAuditStore(), checkpoint)), ['cut-off 1-102'], 'a whole chain is missed');
  const headless = await tampered(store, (events) => events.slice(10));
  t.same(placesOf(await faultsOf(headless, checkpoint)), ['removed 1-10']);

  const forged = checkpoint && { ...checkpoint, time: 1 };
  t.same(placesOf(await faultsOf(store, forged)), ['checkpoint-not-genuine 1-1']);
});

t.test('a checkpoint keeps the head of a chain whose end was cut off', async (t) => {
  const store = new MemoryAuditStore();
  await writeChain(store, 10);
  await makeWriteCheckpoint({ store, system })(0);
  const cut = await tampered(store, (events) => events.slice(0, 5));
  const latest = await store.latestCheckpoint();
  if (latest) await cut.saveCheckpoint(latest);
  await writeChain(cut, 1);
  const next = await makeWriteCheckpoint({ store: cut, system })(0);
  t.same(placesOf(await faultsOf(cut, next.outcome === 'saved' ? next.checkpoint : null)), ['cut-off 6-12']);
});

t.test('of two nodes that write the same checkpoint, one does', async (t) => {
  const store = new MemoryAuditStore();
  await writeChain(store, 1);
  const write = makeWriteCheckpoint({ store, system });
  const outcomes = await Promise.all([write(0), write(0)]);
  t.same(outcomes.map(({ outcome }) => outcome).sort(), ['number-taken', 'saved']);
  t.equal((await write(0)).outcome, 'not-due', 'nothing has happened since');
});

t.test('retention leaves an anchor from which the chain is verified', async (t) => {
  const store = new MemoryAuditStore();
  await writeChain(store, 100);
  const head = (await makeWriteCheckpoint({ store, system })(0)) as { readonly checkpoint: AuditCheckpoint };
  const retain = makeApplyRetention({ store, system });
  const before = now * 1000 + 50;
  t.same(await retain(before, 20), { removed: 20, suspect: [] });
  t.same(await retain(before, 100), { removed: 31, suspect: [] });
  t.same(await retain(before, 100), { removed: 0, suspect: [] });
  t.same(await faultsOf(store, head.checkpoint), []);
  const headless = await tampered(store, (events) => events.slice(1));
  t.same(placesOf(await faultsOf(headless, head.checkpoint)), ['removed 52-52']);
  now += 1000;
  await retain(now * 1000, 1000);
  t.same(await store.heads('all'), []);
  t.same(await faultsOf(store, head.checkpoint), [], 'the whole chain was removed, as its anchor says');
});

t.test('retention does not remove events that are not genuine', async (t) => {
  const store = new MemoryAuditStore();
  await writeChain(store, 10);
  const changed = await tampered(store, (events) =>
    events.map((event) => (event.sequence === 5 ? { ...event, subject: 'another' } : event)),
  );
  now += 1000;
  t.match(await makeApplyRetention({ store: changed, system })(now * 1000, 1000), { removed: 4, suspect: [/./] });
  t.same(placesOf(await faultsOf(changed)), ['not-genuine 5-5']);
});

t.test('retention does not begin at an anchor that is not genuine', async (t) => {
  const store = new MemoryAuditStore();
  await writeChain(store, 10);
  const [head] = await store.heads('all');
  await store.prune({ chain: head?.chain ?? '', sequence: 5, mac: 'x', time: 0, keyId: 'x', seal: 'forged' });
  now += 1000;
  t.match(await makeApplyRetention({ store, system })(now * 1000, 1000), { removed: 0, suspect: [/./] });
  t.match(placesOf(await faultsOf(store)), ['anchor-not-genuine 5-5', 'removed 1-5']);
});

t.test('retention does not suspect a chain from which another node removes events at the same time', async (t) => {
  const store = new MemoryAuditStore();
  await writeChain(store, 10);
  now += 1000;
  const before = now * 1000;
  const slow: AuditStore = Object.assign(Object.create(store) as AuditStore, {
    readChain: async (chain: string, after: number, limit: number) => {
      await makeApplyRetention({ store, system })(before, 5);
      return store.readChain(chain, after, limit);
    },
    heads: store.heads.bind(store),
    anchors: store.anchors.bind(store),
    latestCheckpoint: store.latestCheckpoint.bind(store),
    prune: store.prune.bind(store),
  });
  t.same(await makeApplyRetention({ store: slow, system })(before, 100), { removed: 0, suspect: [] });
  t.same(await faultsOf(store), []);
});

t.test(
  'after a rotation of the system secret both keys verify, and without the old one its events are named',
  async (t) => {
    const store = new MemoryAuditStore();
    await writeChain(store, 2);
    const rotated = systemOf('another system secret', ['a system secret for tests']);
    await writeChain(store, 2, rotated);
    t.same(await faultsOf(store, null, rotated), []);
    const withoutOld = await faultsOf(store, null, systemOf('another system secret'));
    t.same([...new Set(withoutOld.map(({ kind }) => kind))], ['unknown-key']);
    t.equal(withoutOld.length, 4);
  },
);

t.test('the writer repeats a batch until the store takes it, also when an answer was lost', async (t) => {
  const store = new MemoryAuditStore();
  let attempts = 0;
  const failing: AuditStore = Object.assign(Object.create(store) as AuditStore, {
    append: async (events: readonly SealedAuditEvent[]) => {
      attempts += 1;
      if (attempts === 2) throw new StoreUnavailable('test', new Error('away'));
      const result = await store.append(events);
      if (attempts === 4) throw new StoreUnavailable('test', new Error('the answer was lost'));
      return result;
    },
    readChain: store.readChain.bind(store),
  });
  const writer = new AuditWriter({ store: failing, system, collectMs: 0, retryMs: 1, onFailure: () => undefined });
  for (let index = 0; index < 20; index += 1) writer.add(entryOf(index));
  while (writer.waiting > 0) await sleep(1);
  await writer.close();
  t.same(await faultsOf(store), []);
  const [head] = await store.heads('all');
  t.equal(head?.sequence, 22);
});

t.test('a full queue loses refusals first, counts what it loses, and says so in the chain', async (t) => {
  const store = new MemoryAuditStore();
  const writer = new AuditWriter({ store, system, capacity: 10, collectMs: 0, onFailure: t.error });
  for (let index = 0; index < 20; index += 1) writer.add({ ...entryOf(index), type: 'refusal' }, true);
  for (let index = 0; index < 6; index += 1) writer.add(entryOf(index));
  t.equal(writer.lost, 16);
  while (writer.waiting > 0) await sleep(1);
  await writer.close();
  const events = await store.list({}, null, 100);
  t.equal(events.filter(({ type }) => type === 'refusal').length, 5);
  t.equal(events.filter(({ type }) => type === 'OAuth2ClientCreated').length, 5);
  t.match(events.find(({ type }) => type === 'AuditEventsLost')?.data, /"count":16/);
});
