// A server for as long as a check needs it: started by a command, waited for, ended by SIGTERM, never left behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const startTimeout = 120_000;

/** Free a moment ago. Held together, so that no two are the same. */
export const freePorts = async (count) => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
};

/** `options` are those of spawn. `use` gets the seconds until the server was ready. Resolves to the exit code. */
export const withServer = async ([command, ...words], options, adminUrl, use) => {
  const name = [command, ...words].join(' ');
  const before = performance.now();
  // A process group of its own: npm, the shell and the server end together.
  const child = spawn(command, words, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  const kill = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended already.
    }
  };
  const killAtExit = () => kill('SIGKILL');
  process.on('exit', killAtExit);
  try {
    const deadline = Date.now() + startTimeout;
    for (;;) {
      const ready = await fetch(`${adminUrl}/health/ready`).then(
        (reply) => reply.ok,
        () => false,
      );
      if (ready) break;
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
      if (Date.now() > deadline) throw new Error(`${name} was not ready after ${startTimeout / 1000} s`);
      await sleep(10);
    }
    await use((performance.now() - before) / 1000);
    kill('SIGTERM');
    const status = await Promise.race([ended, sleep(15_000, 'timeout', { ref: false })]);
    if (status === 'timeout') throw new Error(`${name} did not end within 15 s of SIGTERM`);
    return status;
  } catch (error) {
    process.stdout.write(`${output}\n`);
    throw error;
  } finally {
    kill('SIGKILL');
    process.off('exit', killAtExit);
  }
};
