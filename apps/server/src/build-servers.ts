// The public and the admin listener over one provider. The admin listener serves the public endpoints too.
import {
  type ClientChanges,
  createProvider,
  type DomainEvent,
  type EventSink,
  isLoopbackUrl,
  type Provider,
  type Stores,
  type System,
} from '@claviger/core';
import { nodeSystem } from '@claviger/core/node';
import {
  type AppOptions,
  buildApp,
  ClientCertificates,
  FailureLog,
  type Metrics,
  type ServerStatus,
} from '@claviger/http';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { AuditTrail } from './audit/audit-trail.ts';
import { reloadCertificate } from './certificate-reload.ts';
import { baseUrl } from './config/base-url.ts';
import { loadCertificate } from './config/tls-files.ts';
import type { Config, Listener } from './config.ts';
import { demoCommands } from './demo.ts';
import { apiPage } from './development-pages/api-page.ts';
import { developmentPages } from './development-pages/development-pages.ts';
import { sendToIssuerHost } from './issuer-host.ts';
import { type SharedBuckets, SharedRateLimiter } from './rate-limits/shared-rate-limiter.ts';
import type { ServerMetrics } from './telemetry/server-metrics.ts';
import type { Tracing } from './telemetry/tracing.ts';

export interface Servers {
  readonly provider: Provider;
  readonly system: System;
  readonly audit: AuditTrail;
  readonly publicApp: FastifyInstance;
  readonly adminApp: FastifyInstance;
}

export interface ServerParts {
  readonly config: Config;
  readonly stores: Stores;
  /** Rate limits in Redis, as soon as it is open. Default: each process counts alone. */
  readonly sharedBuckets?: () => SharedBuckets | undefined;
  readonly systemSecrets: readonly [string, ...(readonly string[])];
  readonly version: string;
  /** Where log lines go, JSON and complete with their line feed. */
  readonly writeLog: (line: string) => void;
  readonly metrics: ServerMetrics;
  /** null: traces are off. */
  readonly tracing: Tracing | null;
  readonly status: () => ServerStatus;
  /** Makes the text of /metrics/prometheus from that of this process. Default: unchanged. */
  readonly metricsOf?: (metrics: Metrics) => () => Promise<string>;
  /** With several processes: how they notify each other of changed clients. */
  readonly clientChanges?: ClientChanges;
}

/** Without a rate there is no limiter, and requests pay nothing. */
const rateLimiterOf = (
  { config, sharedBuckets = () => undefined }: ServerParts,
  log: () => FastifyBaseLogger,
): SharedRateLimiter | null =>
  Object.keys(config.rates).length === 0
    ? null
    : new SharedRateLimiter({ rates: config.rates, shared: sharedBuckets, log });

export const buildServers = (parts: ServerParts): Servers => {
  const { config, stores, version, writeLog, status, tracing } = parts;
  const [systemSecret, ...previousSecrets] = parts.systemSecrets;
  const failures: FailureLog = new FailureLog(() => adminApp.log);
  let documentsRefused = 0;
  let adminRefusals = 0;
  const certificates = config.adminCertificates && new ClientCertificates(config.adminCertificates);
  const adminGuard = {
    onRefusal: () => {
      adminRefusals += 1;
    },
    ...(certificates ? { certificates } : {}),
  };
  const system = nodeSystem({
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
  });
  const audit = new AuditTrail({
    config: config.audit,
    system,
    log: () => adminApp.log,
    fingerprintSubject: (subject) => provider.fingerprintSubject(subject),
  });
  const rateLimiter = rateLimiterOf(parts, () => adminApp.log);
  const provider: Provider = createProvider({
    issuer: config.issuer,
    stores,
    ui: config.pages,
    system,
    settings: config.settings,
    ...(tracing ? { observeUseCase: tracing.observeUseCase } : {}),
    events: both(audit, parts.metrics.events),
    ...(rateLimiter ? { rateLimiter } : {}),
    ...(parts.clientChanges ? { clientChanges: parts.clientChanges } : {}),
    reportFailure: (cause, requestId) => failures.report(cause, requestId),
  });
  parts.metrics.watch({
    provider,
    failures,
    documentsRefused: () => documentsRefused,
    adminRefusals: () => adminRefusals,
    rateLimited: () => rateLimiter?.refused ?? 0,
    auditEventsLost: () => audit.lost,
  });
  const { metrics } = parts.metrics;
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
  const build = ({ tls: files }: Listener, options: Pick<AppOptions, 'listener'> & Partial<AppOptions>) => {
    const tls = files && loadCertificate(files);
    const app = buildApp({ ...shared, ...options, tls });
    const distrustConnections = () => certificates?.distrustConnections();
    if (files && tls) reloadCertificate(app, { files, first: tls, distrustConnections });
    return app;
  };
  const adminApp = build(config.admin, {
    listener: 'admin',
    audit,
    // Pages of web sites cannot reach a socket, and its callers have no host name for it.
    adminAllowedHosts: config.adminSocket ? ['*'] : config.adminAllowedHosts,
    ...(config.adminGuarded ? { adminGuard } : {}),
  });
  const publicApp = build(config.public, {
    listener: 'public',
    cors: config.cors,
    publicHealth: config.publicHealth,
  });
  for (const app of [adminApp, publicApp]) parts.metrics.observe(app);
  tracing?.reportTo(adminApp.log);
  tracing?.observe(adminApp, 'admin');
  tracing?.observe(publicApp, 'public');
  if (isLoopbackUrl(config.issuer)) sendToIssuerHost(publicApp, config.issuer);
  if (config.pages.builtIn) {
    const { issuer, pages } = config;
    adminApp.register(apiPage, { anywhere: pages.anywhere });
    publicApp.register(developmentPages, {
      provider,
      issuer,
      anywhere: pages.anywhere,
      admin: config.adminSocket?.path ?? baseUrl(config.admin),
      demo: demoCommands(config),
    });
  }
  return { provider, system, audit, publicApp, adminApp };
};

const both = (audit: EventSink, metrics: EventSink | undefined | null): EventSink =>
  metrics
    ? {
        record(event: DomainEvent) {
          metrics.record(event);
          audit.record(event);
        },
      }
    : audit;
