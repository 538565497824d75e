// The public and the admin listener over one provider. The admin listener serves the public endpoints too.
import { type ClientChanges, createProvider, isLoopbackUrl, type Provider, type Stores } from '@claviger/core';
import { nodeSystem } from '@claviger/core/node';
import { buildApp, FailureLog, Metrics, type ServerStatus } from '@claviger/http';
import type { FastifyInstance } from 'fastify';
import { baseUrl } from './config/base-url.ts';
import type { Config } from './config.ts';
import { demoCommands } from './demo.ts';
import { developmentPages } from './development-pages/development-pages.ts';
import { sendToIssuerHost } from './issuer-host.ts';

export interface Servers {
  readonly provider: Provider;
  readonly publicApp: FastifyInstance;
  readonly adminApp: FastifyInstance;
}

export interface ServerParts {
  readonly config: Config;
  readonly stores: Stores;
  readonly systemSecrets: readonly [string, ...(readonly string[])];
  readonly version: string;
  /** Where log lines go, JSON and complete with their line feed. */
  readonly writeLog: (line: string) => void;
  /** Log lines that could not be written, since the start. */
  readonly droppedLogLines: () => number;
  readonly status: () => ServerStatus;
  /** The text of /metrics/prometheus, out of this process' own. Default: just that. */
  readonly metricsOf?: (metrics: Metrics) => () => Promise<string>;
  /** With several processes: how they tell each other. */
  readonly clientChanges?: ClientChanges;
}

export const buildServers = (parts: ServerParts): Servers => {
  const { config, stores, version, writeLog, status } = parts;
  const [systemSecret, ...previousSecrets] = parts.systemSecrets;
  const metrics = new Metrics();
  metrics.addCounter('claviger_log_lines_dropped_total', 'Log lines that could not be written.', parts.droppedLogLines);
  const failures: FailureLog = new FailureLog(() => adminApp.log);
  metrics.addCounter(
    'claviger_refusals_total',
    'Requests that were refused with 503 to protect the server, though nothing had failed.',
    () => failures.refusals,
  );
  let documentsRefused = 0;
  metrics.addCounter(
    'claviger_documents_refused_total',
    'Documents of clients that were not fetched, because too many were being fetched.',
    () => documentsRefused,
  );
  const provider = createProvider({
    issuer: config.issuer,
    stores,
    ui: config.pages,
    system: nodeSystem({
      systemSecret,
      previousSecrets,
      processes: config.workers,
      remoteDocuments: {
        allowInternal: config.unguardedDocuments,
        anyCertificate: config.unguardedDocuments,
        onLimit: () => {
          documentsRefused += 1;
        },
      },
    }),
    settings: config.settings,
    ...(parts.clientChanges ? { clientChanges: parts.clientChanges } : {}),
    reportFailure: (cause, requestId) => failures.report(cause, requestId),
  });
  const { countPendingFlows } = provider.admin;
  metrics.addGauge('claviger_pending_flows', 'Logins that wait for a person.', () => countPendingFlows().here);
  metrics.addCounter(
    'claviger_flows_refused_total',
    'Authorization requests that were refused because too many flows were pending.',
    () => countPendingFlows().refused,
  );
  const shared = {
    provider,
    version,
    metrics,
    failures,
    renderMetrics: parts.metricsOf?.(metrics) ?? (() => metrics.render()),
    status,
    shareErrorDebug: config.settings.shareErrorDebug,
    keepAlive: config.keepAlive,
    trustedProxies: config.trustedProxies,
    logger: { level: config.log.level, stream: { write: writeLog } },
  };
  const adminApp = buildApp({ ...shared, listener: 'admin', adminAllowedHosts: config.adminAllowedHosts });
  const publicApp = buildApp({ ...shared, listener: 'public', cors: config.cors });
  if (isLoopbackUrl(config.issuer)) sendToIssuerHost(publicApp, config.issuer);
  if (config.pages.builtIn) {
    const { issuer, pages } = config;
    publicApp.register(developmentPages, {
      provider,
      issuer,
      anywhere: pages.anywhere,
      admin: baseUrl(config.admin),
      demo: demoCommands(config),
    });
  }
  return { provider, publicApp, adminApp };
};
