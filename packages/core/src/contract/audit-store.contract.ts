// The rules for every AuditStore.
import assert from 'node:assert/strict';
import type { AuditAnchor, AuditCheckpoint, AuditStore, SealedAuditEvent } from '../ports/audit-store.ts';
import type { Case } from './case.ts';
import { grantIdOf, hashOf } from './fixtures.ts';
import { atOnce, oddTexts, tally } from './stress.ts';

const noon = 4_102_444_800_000;
const chainOf = grantIdOf;

const eventOf = (sequence: number, change: Partial<SealedAuditEvent> = {}): SealedAuditEvent => ({
  chain: chainOf('one'),
  sequence,
  time: noon + sequence,
  type: 'OAuth2ClientCreated',
  clientId: 'app',
  subject: 'zoe',
  data: '{"outcome":"done","note":"a\\u0000b"}',
  keyId: 'key-1',
  previous: hashOf(`before-${sequence}`),
  mac: hashOf(`mac-${sequence}`),
  ...change,
});

const checkpointOf = (number: number, change: Partial<AuditCheckpoint> = {}): AuditCheckpoint => ({
  number,
  time: noon,
  heads: [{ chain: chainOf('one'), sequence: 3, mac: hashOf('mac-3') }],
  previous: hashOf('before'),
  keyId: 'key-1',
  seal: hashOf(`seal-${number}`),
  ...change,
});

const anchorOf = (sequence: number, change: Partial<AuditAnchor> = {}): AuditAnchor => ({
  chain: chainOf('one'),
  sequence,
  mac: hashOf(`mac-${sequence}`),
  time: noon,
  keyId: 'key-1',
  seal: hashOf(`anchor-${sequence}`),
  ...change,
});

const sequencesOf = (events: readonly SealedAuditEvent[]): readonly number[] => events.map(({ sequence }) => sequence);

export const auditStoreContract: readonly Case<AuditStore>[] = [
  {
    name: 'appended events come back as they were, in the order of their chain',
    async run(store) {
      const events = [eventOf(1), eventOf(2, { clientId: null, subject: null }), eventOf(3, { previous: '' })];
      assert.equal(await store.append(events), 'appended');
      assert.deepEqual(await store.readChain(chainOf('one'), 0, 10), events);
      assert.deepEqual(sequencesOf(await store.readChain(chainOf('one'), 1, 1)), [2]);
      assert.deepEqual(await store.readChain(chainOf('other'), 0, 10), []);
    },
  },
  {
    name: 'if one event exists, none of the batch is saved, and what is stored stays',
    async run(store) {
      await store.append([eventOf(2)]);
      assert.equal(await store.append([eventOf(1), eventOf(2, { clientId: 'stranger' })]), 'exists');
      assert.deepEqual(await store.readChain(chainOf('one'), 0, 10), [eventOf(2)]);
    },
  },
  {
    name: 'of 10 concurrent batches for one place in a chain, one is saved',
    async run(store) {
      const results = await atOnce(10, (index) => store.append([eventOf(1, { clientId: `app-${index}` })]));
      assert.deepEqual(tally(results), { appended: 1, exists: 9 });
    },
  },
  {
    name: 'a page lists the newest events first, and the next page continues after its last event',
    async run(store) {
      const same = { time: noon };
      await store.append([eventOf(1, same), eventOf(2, same), eventOf(3, same)]);
      await store.append([eventOf(1, { chain: chainOf('two'), time: noon }), eventOf(2, { chain: chainOf('two') })]);
      const listed: string[] = [];
      let after: SealedAuditEvent | null = null;
      for (;;) {
        const page: readonly SealedAuditEvent[] = await store.list({}, after, 2);
        listed.push(...page.map(({ chain, sequence }) => `${chain.slice(0, 3)} ${sequence}`));
        after = page.at(-1) ?? null;
        if (after === null || page.length < 2) break;
      }
      assert.deepEqual(listed, ['two 2', 'two 1', 'one 3', 'one 2', 'one 1']);
    },
  },
  {
    name: 'filters select by type, client, subject and time, and combine',
    async run(store) {
      await store.append([
        eventOf(1),
        eventOf(2, { type: 'OAuth2ClientDeleted' }),
        eventOf(3, { clientId: 'other' }),
        eventOf(4, { subject: 'anna' }),
        eventOf(5, { clientId: null, subject: null }),
      ]);
      const found = async (filter: Parameters<AuditStore['list']>[0]) =>
        sequencesOf(await store.list(filter, null, 10));
      assert.deepEqual(await found({ types: ['OAuth2ClientDeleted', 'unknown'] }), [2]);
      assert.deepEqual(await found({ clientId: 'app' }), [4, 2, 1]);
      assert.deepEqual(await found({ subject: 'zoe' }), [3, 2, 1]);
      assert.deepEqual(await found({ since: noon + 2, until: noon + 4 }), [3, 2]);
      assert.deepEqual(await found({ clientId: 'app', subject: 'anna', since: noon + 1 }), [4]);
    },
  },
  {
    name: 'clients and subjects are compared exactly',
    async run(store) {
      for (const [index, text] of oddTexts.entries()) {
        await store.append([eventOf(index + 1, { clientId: text, subject: text })]);
      }
      for (const [index, text] of oddTexts.entries()) {
        assert.deepEqual(sequencesOf(await store.list({ clientId: text }, null, 10)), [index + 1]);
        assert.deepEqual(sequencesOf(await store.list({ subject: text }, null, 10)), [index + 1]);
      }
    },
  },
  {
    name: 'the known heads are those of chains with a first event or an anchor, and all heads are those of every chain',
    async run(store) {
      await store.append([eventOf(1), eventOf(2)]);
      await store.append([eventOf(7, { chain: chainOf('odd') })]);
      await store.append([eventOf(1, { chain: chainOf('old') }), eventOf(2, { chain: chainOf('old') })]);
      await store.prune(anchorOf(1, { chain: chainOf('old') }));
      const heads = async (scan: 'known' | 'all') =>
        (await store.heads(scan)).map(({ chain, sequence, mac }) => `${chain.slice(0, 3)} ${sequence} ${mac}`).sort();
      const known = [`old 2 ${hashOf('mac-2')}`, `one 2 ${hashOf('mac-2')}`];
      assert.deepEqual(await heads('known'), known);
      assert.deepEqual(await heads('all'), [`odd 7 ${hashOf('mac-7')}`, ...known]);
    },
  },
  {
    name: 'the latest checkpoint is the one with the highest number',
    async run(store) {
      assert.equal(await store.latestCheckpoint(), undefined);
      for (const number of [1, 10, 9]) assert.equal(await store.saveCheckpoint(checkpointOf(number)), 'saved');
      assert.deepEqual(await store.latestCheckpoint(), checkpointOf(10));
    },
  },
  {
    name: 'of 10 concurrent checkpoints with one number, one is saved and stays as it is',
    async run(store) {
      const results = await atOnce(10, (index) => store.saveCheckpoint(checkpointOf(1, { time: noon + index })));
      assert.deepEqual(tally(results), { saved: 1, exists: 9 });
      assert.equal((await store.latestCheckpoint())?.time, noon + results.indexOf('saved'));
    },
  },
  {
    name: 'old checkpoints are removed up to the number, which stays',
    async run(store) {
      for (const number of [1, 2, 3]) await store.saveCheckpoint(checkpointOf(number));
      assert.equal(await store.removeCheckpointsBefore(3), 2);
      assert.deepEqual(await store.latestCheckpoint(), checkpointOf(3));
      assert.equal(await store.saveCheckpoint(checkpointOf(2)), 'saved');
    },
  },
  {
    name: 'retention removes the events of one chain up to its anchor, and keeps the anchor',
    async run(store) {
      await store.append([eventOf(1), eventOf(2), eventOf(3)]);
      await store.append([eventOf(1, { chain: chainOf('two') })]);
      assert.equal(await store.prune(anchorOf(2)), 2);
      assert.deepEqual(sequencesOf(await store.readChain(chainOf('one'), 0, 10)), [3]);
      assert.deepEqual(sequencesOf(await store.readChain(chainOf('two'), 0, 10)), [1]);
      assert.deepEqual(await store.anchors(), [anchorOf(2)]);
      assert.equal(await store.prune(anchorOf(3)), 1);
      assert.deepEqual(await store.anchors(), [anchorOf(3)]);
    },
  },
  {
    name: 'an anchor never goes back, and one that is not higher removes nothing',
    async run(store) {
      await store.append([eventOf(1), eventOf(2), eventOf(3)]);
      await store.prune(anchorOf(2));
      await store.append([eventOf(1)]);
      assert.equal(await store.prune(anchorOf(1)), 0);
      assert.equal(await store.prune(anchorOf(2, { seal: hashOf('again') })), 0);
      assert.deepEqual(await store.anchors(), [anchorOf(2)]);
      assert.deepEqual(sequencesOf(await store.readChain(chainOf('one'), 0, 10)), [1, 3]);
    },
  },
  {
    name: 'of concurrent anchors the highest stays, and each event is counted once',
    async run(store) {
      await store.append(Array.from({ length: 20 }, (_, index) => eventOf(index + 1)));
      const removed = await atOnce(20, (index) => store.prune(anchorOf(((index * 7) % 20) + 1)));
      assert.equal(
        removed.reduce((total, count) => total + count, 0),
        20,
      );
      assert.deepEqual(await store.anchors(), [anchorOf(20)]);
    },
  },
];
