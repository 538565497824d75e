// Two processes behind one port against one: operations per second of their CPU together.
import { median, ratio, shownRatio, table, thousands } from '../lib/figures.mjs';

/** `start`: a Claviger with so many workers, free to use every core. */
export const workers = async ({ start, operations, rounds, warmUp, seconds, load, log }) => {
  const servers = [await start(1), await start(2)];
  try {
    const rows = [];
    for (const operation of operations) {
      const found = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        for (const [index, server] of servers.entries()) {
          found[index].push((await load.measure(server, { operation, warmUp, seconds, connections: 64 })).perCpuSecond);
        }
      }
      const [one, two] = found;
      log(`workers, ${operation}: ${thousands(median(one))}, ${thousands(median(two))}`);
      rows.push([operation, thousands(median(one)), thousands(median(two)), shownRatio(ratio(two, one))]);
    }
    const head = ['operation', 'one worker', 'two workers', 'two against one'];
    return ['### Workers: operations per CPU second', '', table(head, rows), ''].join('\n');
  } finally {
    for (const server of servers) await server.stop();
  }
};
