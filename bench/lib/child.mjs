// Server processes: started with a port of their own, pinned, known by the moment at which they listen.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { cores, pin } from './processor.mjs';

/** Free a moment ago. Held together, so that no two are the same. */
export const freePorts = async (count) => {
  const probes = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(probes.map((probe) => once(probe, 'listening')));
  const ports = probes.map((probe) => probe.address().port);
  await Promise.all(probes.map((probe) => once(probe.close(), 'close')));
  return ports;
};

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a program and waits until `url` answers. `readySeconds` counts from the start of the process. */
export const startServer = async ({ command, parameters, env = {}, url, where = cores?.server }) => {
  const pinned = where ? ['taskset', '-c', where, command, ...parameters] : [command, ...parameters];
  const begun = performance.now();
  const child = spawn(pinned[0], pinned.slice(1), {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
  });
  running.add(child);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  ended.then(() => running.delete(child));
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${command} ${parameters.join(' ')} ended with ${child.exitCode}.`);
    if (performance.now() - begun > 60_000) throw new Error(`${url} does not answer.`);
    const status = await request(url).then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode;
      },
      () => 0,
    );
    if (status >= 200 && status < 500) break;
    await sleep(5);
  }
  const readySeconds = (performance.now() - begun) / 1000;
  if (where) pin(child.pid, where);
  return {
    pid: child.pid,
    readySeconds,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
};
