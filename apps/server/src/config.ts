// Environment and configuration file -> one typed configuration, or a list of all problems. Opens nothing: see start.ts.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { isLoopbackUrl, type Rates, seconds } from '@claviger/core';
import { isAdminGuarded, withAdminKeyFile } from './config/admin-guard.ts';
import { certificateScopesOf } from './config/admin-mtls.ts';
import { adminSocketOf } from './config/admin-socket.ts';
import { withIssuer } from './config/issuer.ts';
import { serviceLinkHint } from './config/kubernetes.ts';
import { pagesOf } from './config/pages.ts';
import type { Parse } from './config/parse.ts';
import { brokenRules, isDevelopment } from './config/rules.ts';
import type { Variable } from './config/settings/declare.ts';
import { settingsOf } from './config/settings-of.ts';
import { readSources, type Sources } from './config/sources.ts';
import { dsnsOf, isSqlite, type StoresConfig, toStoresConfig } from './config/stores-config.ts';
import { type TlsFiles, tlsFilesOf } from './config/tls-files.ts';
import { type ParsedValues, type Values, variables } from './config/variables.ts';
import { warningsOf } from './config/warnings.ts';

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** null: the listener speaks plain http. */
  readonly tls: TlsFiles | null;
}

/**
 * What the server is built from. `systemSecrets` is null if the server generates a secret and keeps it, which only development
 * does. `warnings`: settings that work, but that the operator should know about. Settings are documented at their declarations.
 */
export type Config = ReturnType<typeof toConfig>;

/** Its message lists every problem, and contains no secrets. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[], heading = 'The configuration is not valid:') {
    super([heading, ...problems.map((problem) => `  - ${problem}`)].join('\n'));
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws ConfigurationError. Paths are relative to the current folder. */
export const readConfig = (environment: Environment): Config => {
  const { values, warnings } = readValues(environment, brokenRules);
  const config = toConfig(values);
  return { ...config, warnings: [...warnings, ...config.warnings] };
};

/** For commands that do not serve requests: checks only the rules of the stores. Throws ConfigurationError. */
export const readStoresConfig = (environment: Environment): StoresConfig =>
  toStoresConfig(readValues(environment, () => []).values);

const readValues = (
  environment: Environment,
  rules: (values: Values) => readonly string[],
): { readonly values: Values; readonly warnings: readonly string[] } => {
  const sources = readSources(environment);
  const { values: parsed, problems, malformed } = parseAll(sources);
  const { values, problems: ofFile } = withAdminKeyFile(withIssuer(parsed));
  const isSet = (problem: string): boolean => malformed.some((name) => problem.startsWith(`${name} must be set`));
  const ofRules = rules(values).filter((problem) => !isSet(problem));
  const all = [...sources.problems, ...problems, ...ofFile, ...ofRules];
  if (all.length > 0) throw new ConfigurationError(all);
  return { values, warnings: sources.warnings };
};

const shownText = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

interface Parsed {
  readonly values: ParsedValues;
  readonly problems: readonly string[];
  /** Names of the settings that cannot be parsed. */
  readonly malformed: readonly string[];
}

/** Reports settings that cannot be parsed, and uses their defaults for the rules that follow. */
const parseAll = (sources: Sources): Parsed => {
  const problems: string[] = [];
  const malformed: string[] = [];
  const readValue = <T>({ name, parse, fallback, secret }: Variable<T> & { readonly parse: Parse<T> }): T => {
    const setting = sources.settings.get(name);
    if (!setting) return fallback;
    const parsed = parse(setting.text);
    if (parsed.ok) return parsed.value;
    // A URL that was pasted with its user name and password is refused, and must not be repeated.
    const given = secret || setting.text.includes('@') ? '' : `; it is "${shownText(setting.text)}"`;
    problems.push(`${setting.label} must be ${parsed.right}${given}.${serviceLinkHint(name, setting.text)}`);
    malformed.push(name);
    return fallback;
  };
  const entries = Object.entries(variables).map(([key, variable]) => [key, readValue<unknown>(variable)]);
  return { values: Object.fromEntries(entries) as ParsedValues, problems, malformed };
};

const ratesOf = (values: Values): Rates => ({
  ...(values.tokenRate ? { token: values.tokenRate } : {}),
  ...(values.introspectionRate ? { introspection: values.introspectionRate } : {}),
  ...(values.authorizationRate ? { authorization: values.authorizationRate } : {}),
  ...(values.registrationRate ? { registration: values.registrationRate } : {}),
});

const pathsOf = ({ dataFolder, apply }: Values) => ({
  dataFolder: resolve(dataFolder),
  apply: apply === null ? null : resolve(apply),
});

const toConfig = (values: Values) => {
  const pages = pagesOf(values);
  const workers = values.workers ?? (Object.values(dsnsOf(values)).some(isSqlite) ? 1 : availableParallelism());
  return {
    ...toStoresConfig(values),
    issuer: values.issuer,
    development: isDevelopment(values),
    ...pathsOf(values),
    workers,
    cleanerInterval: values.cleanerInterval,
    audit: {
      table: values.auditTable,
      tokens: values.auditTokens,
      subject: values.auditSubject,
      retention: values.auditRetention,
      checkpointInterval: values.auditCheckpointInterval,
    },
    shutdownTimeout: values.shutdownTimeout,
    drainDelay: values.drainDelay ?? seconds(isLoopbackUrl(values.issuer) ? 0 : 5),
    keepAlive: values.keepAlive,
    public: { host: values.publicHost, port: values.publicPort, tls: tlsFilesOf('PUBLIC', values) },
    admin: { host: values.adminHost, port: values.adminPort, tls: tlsFilesOf('ADMIN', values) },
    publicHealth: values.publicHealth,
    adminAllowedHosts: values.adminAllowedHosts,
    adminSocket: adminSocketOf(values),
    adminGuarded: isAdminGuarded(values),
    /** null: client certificates are ignored. */
    adminCertificates: values.adminMtlsCaFile === null ? null : certificateScopesOf(values),
    pages,
    systemSecrets: values.systemSecrets,
    log: { level: values.logLevel, format: values.logFormat },
    trustedProxies: values.trustedProxies,
    metrics: { enabled: values.metrics, hydraNames: values.metrics && values.hydraMetricNames },
    rates: ratesOf(values),
    cors: { allowedOrigins: values.corsAllowedOrigins, maxAge: values.corsMaxAge },
    unguardedDocuments: values.unguardedDocuments,
    settings: settingsOf(values, workers, pages.builtIn),
    warnings: warningsOf(values, pages),
  };
};
