// Memory under steady load, minute by minute: flat after the first ones, or something leaks.
import { table } from '../lib/figures.mjs';
import { memory } from '../lib/processor.mjs';

export const memoryOverTime = async ({ server, minutes, load, log }) => {
  const rows = [['idle', memory(server.pid).toFixed(0)]];
  for (let minute = 1; minute <= minutes; minute += 1) {
    const operation = minute % 2 === 1 ? 'client_credentials, opaque' : 'refresh, ES256';
    const { memory: mebibytes } = await load.measure(server, { operation, warmUp: 0, seconds: 58 }, null);
    log(`memory after ${minute} min: ${mebibytes.toFixed(0)} MiB`);
    rows.push([`${minute} min`, mebibytes.toFixed(0)]);
  }
  return [`### Memory under load (${server.name})`, '', table(['after', 'resident, MiB'], rows), ''].join('\n');
};
