// How soon a server listens, and how much memory it has when nobody asks anything of it.
import { median, table } from '../lib/figures.mjs';
import { memory } from '../lib/processor.mjs';

export const starting = async ({ starters, rounds, log }) => {
  const rows = [];
  for (const [name, start] of starters) {
    const [seconds, mebibytes] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      const server = await start();
      seconds.push(server.readySeconds);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      mebibytes.push(memory(server.pid));
      await server.stop();
    }
    log(`start of ${name}: ${median(seconds).toFixed(2)} s`);
    rows.push([name, median(seconds).toFixed(2), median(mebibytes).toFixed(0)]);
  }
  const head = ['server', 'seconds until it listens', 'MiB when idle'];
  return ['### Start', '', table(head, rows), ''].join('\n');
};
