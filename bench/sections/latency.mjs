// How long requests take at a fixed rate of half the highest throughput, waiting for their turn included.
import { median, table, thousands } from '../lib/figures.mjs';

export const latency = async ({ server, operations, rounds, warmUp, seconds, load, log }) => {
  const rows = [];
  for (const operation of operations) {
    const best = await load.measure(server, { operation, warmUp, seconds });
    const rate = best.perSecond / 2;
    const measured = [];
    for (let round = 0; round < rounds; round += 1) {
      measured.push(await load.measure(server, { operation, warmUp, seconds, rate, connections: 64 }));
    }
    const [p50, p99] = ['p50', 'p99'].map((name) => median(measured.map((one) => one[name])));
    log(`latency of ${operation}: ${p50.toFixed(2)} ms, ${p99.toFixed(2)} ms`);
    rows.push([operation, thousands(rate), p50.toFixed(2), p99.toFixed(2), (p99 / p50).toFixed(1)]);
  }
  const head = ['operation', 'requests a second', 'p50, ms', 'p99, ms', 'p99 / p50'];
  return [`### At half the highest throughput (${server.name})`, '', table(head, rows), ''].join('\n');
};
