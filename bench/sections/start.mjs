// How soon a server listens, and how much memory it has when nobody asks anything of it.
import { setTimeout as sleep } from 'node:timers/promises';
import { median, table } from '../lib/figures.mjs';
import { memory } from '../lib/processor.mjs';

/** Milliseconds. V8 gives back what starting took when a process has had nothing to do for some seconds. */
const idle = 25_000;

export const starting = async ({ starters, rounds, smoke, log }) => {
  const seconds = new Map();
  const running = new Map();
  for (const [name, start] of starters) {
    const found = [];
    for (let round = 0; round < rounds; round += 1) {
      await running.get(name)?.stop();
      const server = await start();
      running.set(name, server);
      found.push(server.readySeconds);
    }
    seconds.set(name, median(found));
    log(`start of ${name}: ${median(found).toFixed(2)} s`);
  }
  const mebibytes = () => new Map([...running].map(([name, { pid }]) => [name, memory(pid)]));
  const atOnce = mebibytes();
  await sleep(smoke ? 0 : idle);
  const rested = mebibytes();
  for (const server of running.values()) await server.stop();
  const rows = [...seconds].map(([name, took]) => [
    name,
    took.toFixed(2),
    atOnce.get(name).toFixed(0),
    rested.get(name).toFixed(0),
  ]);
  const head = ['server', 'seconds until it listens', 'MiB just started', `MiB after ${idle / 1000} s`];
  return ['### Start', '', table(head, rows), ''].join('\n');
};
