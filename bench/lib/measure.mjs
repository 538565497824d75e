// One measurement: the load's process does it, this one watches what the server and the database use during the load.
import { fork } from 'node:child_process';
import { cores, cpuSeconds, memory, pin } from './processor.mjs';

export const startLoad = () => {
  const child = fork(new URL('load.mjs', import.meta.url), {
    // Its own pauses would count as the server's: it collects its garbage seldom.
    execArgv: ['--max-semi-space-size=64'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  if (cores) pin(child.pid, cores.rest);
  process.on('exit', () => child.kill('SIGKILL'));

  /** `databasePid`: its CPU is counted too; null when there is none. */
  const measure = (server, { operation, connections = 16, warmUp, seconds, rate = 0 }, databasePid = null) =>
    new Promise((resolve, reject) => {
      const watched = () => ({ server: cpuSeconds(server.pid), database: databasePid ? cpuSeconds(databasePid) : 0 });
      let before;
      let after;
      const listen = (message) => {
        if (message.kind === 'begin') before = watched();
        else if (message.kind === 'end') after = watched();
        else {
          child.off('message', listen);
          if (message.kind === 'failed') return reject(new Error(`${server.name}, ${operation}: ${message.message}`));
          const { result } = message;
          const cpu = after.server - before.server;
          resolve({
            ...result,
            perSecond: result.count / result.seconds,
            perCpuSecond: result.count / cpu,
            busy: cpu / result.seconds,
            databaseMicroseconds: ((after.database - before.database) / result.count) * 1e6,
            memory: memory(server.pid),
          });
        }
      };
      child.on('message', listen);
      child.send({ server: server.description, operation, connections, warmUp, seconds, rate });
    });

  return { measure, stop: () => child.kill() };
};
