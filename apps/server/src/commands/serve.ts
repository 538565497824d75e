// `serve`: runs until a signal stops it, as one process or as a primary with workers.
import cluster from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeStaleSocket } from '../admin-socket.ts';
import { isBinary } from '../binary/assets.ts';
import { clientChangesAmongWorkers } from '../cluster/client-changes.ts';
import { Primary } from '../cluster/primary.ts';
import { metricsOfAllWorkers } from '../cluster/worker-metrics.ts';
import type { Config } from '../config.ts';
import { LogOutput } from '../log-output.ts';
import { makeProcessLog, warningLine } from '../process-log.ts';
import type { ProcessParts, RunningServer } from '../start.ts';
import { formatLogLine } from '../text-log.ts';

/** Resolves to the exit code. */
export const serve = async (config: Config): Promise<number> => {
  const showPid = config.workers > 1;
  const isPretty = config.log.format === 'pretty' || (config.log.format === 'auto' && process.stdout.isTTY === true);
  const look = { showPid, colors: process.stdout.isTTY === true && process.stdout.hasColors() };
  const shown = (line: string): string => (isPretty ? formatLogLine(line, look) : line);
  const output = new LogOutput(process.stdout, (lost) => shown(warningLine(lost, 'log lines could not be written')));
  const parts = {
    ...(isPretty ? { greet: (text: string) => output.write(text) } : {}),
    writeLog: (line: string) => output.write(shown(line)),
    droppedLogLines: () => output.dropped,
  };
  if (cluster.isWorker) {
    const isSpeaker = cluster.worker?.id === 1;
    const together = { metricsOf: metricsOfAllWorkers, clientChanges: clientChangesAmongWorkers() };
    return serveHere(config, { ...parts, isSpeaker, ...together }, askedByPrimary());
  }
  const log = makeProcessLog(config, parts.writeLog);
  const asked = askedBySignal((signal) => log.info({ signal, drainDelay: config.drainDelay }, 'stopping'));
  if (config.adminSocket) await removeStaleSocket(config.adminSocket);
  if (config.workers === 1) return serveHere(config, { ...parts, isSpeaker: true }, asked);
  // The arguments of a worker start with the file to run. The binary has none, so its first argument is the command.
  if (isBinary) cluster.setupPrimary({ exec: 'serve', args: [] });
  return new Primary(config, log, parts.droppedLogLines).run(asked);
};

const serveHere = async (config: Config, parts: ProcessParts, asked: Promise<void>): Promise<number> => {
  // A primary needs no database driver.
  const { startServer } = await import('../start.ts');
  const server = await startServer(config, parts);
  try {
    await Promise.race([asked, server.ready.then(() => asked)]);
  } finally {
    await stopInTime(server, config);
  }
  return 0;
};

const stopInTime = async (server: RunningServer, config: Config): Promise<void> => {
  const { drainDelay, shutdownTimeout } = config;
  const late = sleep((drainDelay + shutdownTimeout) * 1000).then(() => {
    throw new Error(
      `Requests were still running after ${shutdownTimeout}s (CLAVIGER_SHUTDOWN_TIMEOUT) and were aborted.`,
    );
  });
  await Promise.race([server.stop(), late]);
};

const askedBySignal = (tell: (signal: string) => void): Promise<void> =>
  new Promise((resolve) => {
    let isFirst = true;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        // A second signal stops the process immediately. Workers end with their primary.
        if (!isFirst) process.exit(1);
        isFirst = false;
        tell(signal);
        resolve();
      });
    }
  });

/** A terminal and some process managers signal every process, and so does the primary. The repeat is ignored. */
const askedByPrimary = (): Promise<void> =>
  new Promise((resolve) => {
    process.on('SIGTERM', resolve);
    process.on('SIGINT', () => undefined);
  });
