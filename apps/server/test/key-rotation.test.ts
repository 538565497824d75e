// Scheduled key rotation: how often it runs, what it logs, and that it continues after a failure.
import { setTimeout as sleep } from 'node:timers/promises';
import { type RotateKeysResult, seconds } from '@claviger/core';
import t from 'tap';
import { checkInterval, startKeyRotation } from '../src/key-rotation.ts';

t.test('it runs at least every ten minutes, and often enough for short periods', async (t) => {
  const every = (interval: number, ahead: number): number =>
    checkInterval({ keyRotationInterval: seconds(interval), keyPublishAhead: seconds(ahead) });
  t.equal(every(90 * 24 * 3600, 24 * 3600), 600_000);
  t.equal(every(3600, 600), 60_000);
  t.equal(every(8, 4), 1000);
  t.equal(every(3600, 0), 360_000);
});

t.test(
  'added and removed keys are logged by kid, failures are logged too, and it continues with the same holder',
  async (t) => {
    const lines: [string, object, string][] = [];
    const results: (RotateKeysResult | Error)[] = [
      { outcome: 'rotated', published: ['public:new'], removed: ['public:old'] },
      new Error('the database is unavailable'),
      { outcome: 'rotated', published: [], removed: [] },
      { outcome: 'lease-not-acquired' },
    ];
    const holders = new Set<string>();
    let rounds = 0;
    const rotation = startKeyRotation({
      interval: 5,
      log: {
        info: (details, message) => lines.push(['info', details, message]),
        error: (details, message) => lines.push(['error', details, message]),
      },
      rotate: async ({ holder }) => {
        holders.add(holder);
        const result = results[rounds] ?? { outcome: 'lease-not-acquired' };
        rounds += 1;
        if (result instanceof Error) throw result;
        return result;
      },
    });
    while (rounds < 5) await sleep(5);
    await rotation.stop();
    const stopped = rounds;
    await sleep(30);
    t.equal(rounds, stopped, 'it has stopped');
    t.equal(holders.size, 1);
    t.match(lines, [
      ['info', { keys: ['public:new'] }, 'new signing keys published; they will sign later'],
      ['info', { keys: ['public:old'] }, 'retired signing keys removed'],
      ['error', { err: Error }, 'key rotation failed; will be retried in the next round'],
    ]);
    t.equal(lines.length, 3, 'nothing is logged when nothing happens');
  },
);
