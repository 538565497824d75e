// Starts and stops one serving process. Everything that was opened is closed again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditStore, ClientChanges } from '@claviger/core';
import type { ServerStatus } from '@claviger/http';
import { setSocketMode } from './admin-socket.ts';
import { makeAuditUpkeep } from './audit/audit-upkeep.ts';
import { buildServers, type Servers } from './build-servers.ts';
import { startCleaner } from './cleaner.ts';
import type { AdminSocket } from './config/admin-socket.ts';
import type { Config, Listener } from './config.ts';
import type { ApplyAtStart } from './declarations/apply-at-start.ts';
import { greeting } from './greeting.ts';
import { checkInterval, startKeyRotation } from './key-rotation.ts';
import { type PeriodicJob, startPeriodicJob } from './periodic-job.ts';
import { StorePreparation } from './stores/store-preparation.ts';
import { systemSecretsOf } from './system-secret.ts';
import { startTelemetry } from './telemetry/start-telemetry.ts';
import { version } from './version.ts';

export interface RunningServer {
  /** Resolves when the server is ready, rejects if it never will be. Until then it listens and reports that it is not ready. */
  readonly ready: Promise<void>;
  /**
   * Reports that the server is not ready, keeps serving for CLAVIGER_DRAIN_DELAY, then accepts no new requests, answers
   * those that have arrived, and closes the stores.
   */
  stop(): Promise<void>;
}

export interface ProcessParts {
  /** Log lines, JSON and complete with their line feed. */
  readonly writeLog: (line: string) => void;
  /** Shows the greeting to a person. Without it a log line says that the server is ready. */
  readonly greet?: (text: string) => void;
  /** The number of log lines that could not be written since the start. */
  readonly droppedLogLines: () => number;
  /** Whether this process prints the warnings and the greeting. Only one of several does. */
  readonly isSpeaker: boolean;
  /** Makes the text of /metrics/prometheus from that of this process. Default: unchanged. */
  readonly metricsOf?: NonNullable<Parameters<typeof buildServers>[0]['metricsOf']>;
  /** With several processes: how they notify each other of changed clients. */
  readonly clientChanges?: ClientChanges;
}

/** Milliseconds to wait for the stores. Then the ports open anyway, so that health checks report what is wrong. */
const preparationWait = 500;

const servingStatus: ServerStatus = { serving: true, problems: {} };
const waitingStatus = (preparation: StorePreparation): ServerStatus => ({
  serving: false,
  problems: preparation.problems(),
});
const notAppliedStatus: ServerStatus = {
  serving: false,
  problems: { declarations: 'The declarations of CLAVIGER_APPLY have not been applied yet.' },
};
const stoppingStatus: ServerStatus = {
  serving: true,
  draining: true,
  problems: { server: 'The server is stopping.' },
};

const nothingToApply: ApplyAtStart = { isDone: () => true, run: async () => undefined };

/** Loads the YAML library only for a server that applies files. */
const readDeclarations = async (path: string): Promise<ApplyAtStart> => {
  const { makeApplyAtStart } = await import('./declarations/apply-at-start.ts');
  return makeApplyAtStart(path, process.env);
};

/** Rejects if the server cannot listen or the settings of its stores are wrong. Nothing stays open then. */
export const startServer = async (config: Config, parts: ProcessParts): Promise<RunningServer> => {
  const { writeLog, greet, droppedLogLines, isSpeaker, ...optional } = parts;
  const declared = config.apply === null ? nothingToApply : await readDeclarations(config.apply);
  const secret = await systemSecretsOf(config);
  const telemetry = await startTelemetry(config, version, droppedLogLines);
  const preparation = new StorePreparation(config, telemetry.storeObserver);
  const isUsable = (): boolean => preparation.isDone && declared.isDone();
  const ending = new AbortController();
  const jobs: PeriodicJob[] = [];
  const servers = buildServers({
    config,
    stores: preparation.stores,
    sharedBuckets: () => preparation.rateLimiter,
    systemSecrets: secret.systemSecrets,
    version,
    writeLog,
    ...telemetry,
    status: () => {
      if (!isUsable()) return preparation.isDone ? notAppliedStatus : waitingStatus(preparation);
      return ending.signal.aborted ? stoppingStatus : servingStatus;
    },
    ...optional,
  });
  const { log } = servers.adminApp;

  const stop = async (): Promise<void> => {
    ending.abort();
    // A server that was never ready gets no requests from balancers, so it does not have to drain.
    if (isUsable()) await sleep(config.drainDelay * 1000);
    await close();
  };

  const close = async (): Promise<void> => {
    ending.abort();
    const ended = Promise.all(jobs.map((job) => job.stop()));
    await servers.publicApp.close();
    // The admin listener stays open until the last public request is answered, because login apps need it.
    await servers.adminApp.close();
    await ended;
    await servers.audit.close();
    await preparation.close();
    await telemetry.tracing?.stop();
  };

  if (isSpeaker)
    for (const warning of [...config.warnings, ...secret.warnings]) log.warn({ warning }, 'setting to check');
  const prepared = preparation.run(log).then(async () => {
    openAudit(servers, tableOf(preparation, config));
    await declared.run(servers.provider, log, ending.signal);
  });
  // Avoids an unhandled rejection if we stop waiting below; `ready` still reports it.
  prepared.catch(() => undefined);
  const openPorts = async (): Promise<void> => {
    // A worker gets its share of the connections as soon as it listens, so it listens only when it can serve.
    if (config.workers > 1) await Promise.race([prepared, preparation.attempted, sleep(preparationWait)]);
    await listen(servers, config, isUsable);
  };
  await openPorts().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const ready = prepared.then(() => {
    if (ending.signal.aborted) return;
    const table = tableOf(preparation, config);
    const { reportJob: report, countRemoved: onRemoved } = telemetry.metrics;
    const { cleanExpired, makeSigningKeys, rotateKeys, sharePendingFlows } = servers.provider.admin;
    // Runs in parallel with the first requests, because making an RSA key can take seconds. Only one node makes it.
    makeSigningKeys().catch((err: unknown) => {
      if (!ending.signal.aborted)
        log.error({ err }, 'signing keys could not be created; the first request that needs one will try again');
    });
    if (config.settings.maxPendingFlows > 0) {
      const interval = 1000;
      jobs.push(startPeriodicJob({ name: 'counting pending flows', log, interval, run: sharePendingFlows, report }));
    }
    if (config.cleanerInterval > 0) {
      const interval = config.cleanerInterval * 1000;
      jobs.push(startCleaner({ clean: cleanExpired, log, interval, report, onRemoved }));
    }
    if (table) {
      const interval = config.audit.checkpointInterval * 1000;
      const run = makeAuditUpkeep(table, servers.system, log, config.audit);
      jobs.push(startPeriodicJob({ name: 'upkeep of the audit table', log, interval, run, report }));
    }
    if (config.settings.keyRotationInterval > 0) {
      jobs.push(startKeyRotation({ rotate: rotateKeys, log, interval: checkInterval(config.settings), report }));
    }
    if (isSpeaker && greet) greet(greeting(config));
    else {
      const admin = config.adminSocket?.path ?? addressOf(config.admin);
      log.info({ issuer: config.issuer, public: addressOf(config.public), admin }, 'ready');
    }
  });
  return { ready, stop };
};

/** The audit table that the process writes, if any. */
const tableOf = ({ audit }: StorePreparation, config: Config): AuditStore | undefined =>
  config.audit.table ? audit : undefined;

/** Runs before declarations are applied, so that the table has their events. */
const openAudit = ({ audit }: Servers, table: AuditStore | undefined): void => {
  if (table) audit.open(table);
};

const addressOf = ({ host, port }: Listener) => ({ host, port });

const listen = async ({ publicApp, adminApp }: Servers, config: Config, canServe: () => boolean): Promise<void> => {
  const listenTextResolver = (address: string): string =>
    canServe() ? `Server listening at ${address}` : `Port open at ${address}; the server is not ready yet`;
  const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  const onSocket = async (socket: AdminSocket): Promise<void> => {
    try {
      await adminApp.listen({ path: socket.path, listenTextResolver });
      await setSocketMode(socket);
    } catch (error) {
      throw new Error(`Cannot listen on ${socket.path} (CLAVIGER_ADMIN_SOCKET): ${reasonOf(error)}`, { cause: error });
    }
  };
  const one = async (app: typeof publicApp, name: 'PUBLIC' | 'ADMIN', { host, port }: Listener): Promise<void> => {
    try {
      await app.listen({ host, port, listenTextResolver });
    } catch (error) {
      const settings = `CLAVIGER_${name}_HOST, CLAVIGER_${name}_PORT`;
      throw new Error(`Cannot listen on ${host} port ${port} (${settings}): ${reasonOf(error)}`, { cause: error });
    }
  };
  await (config.adminSocket ? onSocket(config.adminSocket) : one(adminApp, 'ADMIN', config.admin));
  await one(publicApp, 'PUBLIC', config.public);
};
