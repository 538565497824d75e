// Environment and configuration file -> one typed configuration, or a list of all problems. Opens nothing: see start.ts.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { isLoopbackHost, isLoopbackUrl, paths, type Seconds, type Settings, seconds, urlBelow } from '@claviger/core';
import { inMemory } from './config/dsn.ts';
import { issuerMismatch, withIssuer } from './config/issuer.ts';
import { serviceLinkHint } from './config/kubernetes.ts';
import type { Parse } from './config/parse.ts';
import { settingsOf } from './config/settings-of.ts';
import { readSources, type Sources } from './config/sources.ts';
import { dsnsOf, isSqlite, type StoresConfig, toStoresConfig } from './config/stores-config.ts';
import { type ParsedValues, type Values, type Variable, variables } from './config/variables.ts';
import { weakSecretProblems, weakSecretWarnings } from './config/weak-secrets-in-use.ts';

export interface Listener {
  readonly host: string;
  readonly port: number;
}

export interface Config extends StoresConfig {
  readonly issuer: string;
  /** A loopback issuer with every store on SQLite: a system secret may be drawn. */
  readonly development: boolean;
  /** Absolute. May not exist yet. */
  readonly dataFolder: string;
  /** Processes that serve. */
  readonly workers: number;
  /** 0: never. */
  readonly cleanerInterval: Seconds;
  readonly shutdownTimeout: Seconds;
  /** After the signal to stop, how long requests are still taken. */
  readonly drainDelay: Seconds;
  readonly keepAlive: Seconds;
  readonly public: Listener;
  readonly admin: Listener;
  /** Host names that the admin endpoints answer to, beside loopback names. */
  readonly adminAllowedHosts: readonly string[];
  readonly pages: Pages;
  /** The first signs. null: one is to be drawn and kept (development only). */
  readonly systemSecrets: readonly string[] | null;
  readonly log: { readonly level: string; readonly format: 'text' | 'json' };
  readonly cors: { readonly allowedOrigins: readonly string[]; readonly maxAge: Seconds };
  /** Documents of clients may come from anywhere. */
  readonly unguardedDocuments: boolean;
  readonly settings: Settings;
  /** What works, and yet the operator should know. */
  readonly warnings: readonly string[];
}

export interface Pages {
  /** The login and consent pages of the server itself, which let anyone in. */
  readonly builtIn: boolean;
  /** They answer to other machines too. */
  readonly anywhere: boolean;
  readonly loginUrl: string;
  readonly consentUrl: string;
  readonly errorUrl: string | null;
  readonly logoutRedirectUrl: string;
}

/** Its message lists every problem; no secret is among them. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['The configuration is not valid:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
    this.problems = problems;
  }
}

/** Where the built-in pages are, below the issuer. */
export const builtInPages = { login: '/dev/login', consent: '/dev/consent', callback: '/dev/callback' } as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws ConfigurationError. Relative paths count from the current folder. */
export const readConfig = (environment: Environment): Config => {
  const { values, warnings } = readValues(environment, brokenRules);
  const config = toConfig(values);
  return { ...config, warnings: [...warnings, ...config.warnings] };
};

/** For commands that serve nobody: only the rules of the stores must hold. Throws ConfigurationError. */
export const readStoresConfig = (environment: Environment): StoresConfig =>
  toStoresConfig(readValues(environment, () => []).values);

const readValues = (
  environment: Environment,
  rules: (values: Values) => readonly string[],
): { readonly values: Values; readonly warnings: readonly string[] } => {
  const sources = readSources(environment);
  const { values: parsed, problems } = parseAll(sources);
  const values = withIssuer(parsed);
  const all = [...sources.problems, ...problems, ...rules(values)];
  if (all.length > 0) throw new ConfigurationError(all);
  return { values, warnings: sources.warnings };
};

const shownText = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

/** What cannot be parsed is reported, and counts as its default for the rules that follow. */
const parseAll = (sources: Sources): { readonly values: ParsedValues; readonly problems: readonly string[] } => {
  const problems: string[] = [];
  const readValue = <T>({ name, parse, fallback, secret }: Variable<T> & { readonly parse: Parse<T> }): T => {
    const setting = sources.settings.get(name);
    if (!setting) return fallback;
    const parsed = parse(setting.text);
    if (parsed.ok) return parsed.value;
    // A URL that was pasted with its user name and password is refused, and must not be repeated.
    const given = secret || setting.text.includes('@') ? '' : `; it is "${shownText(setting.text)}"`;
    problems.push(`${setting.label} must be ${parsed.right}${given}.${serviceLinkHint(name, setting.text)}`);
    return fallback;
  };
  const entries = Object.entries(variables).map(([key, variable]) => [key, readValue<unknown>(variable)]);
  return { values: Object.fromEntries(entries) as ParsedValues, problems };
};

const isDevelopment = (values: Values): boolean =>
  isLoopbackUrl(values.issuer) && Object.values(dsnsOf(values)).every(isSqlite);

/** What is wrong with settings that are right one by one. */
const brokenRules = (values: Values): readonly string[] => {
  const { issuer, forceHttp, adminHost, openAdmin, loginUrl, consentUrl, systemSecrets } = values;
  const problems: string[] = [];
  if (new URL(issuer).protocol === 'http:' && !isLoopbackUrl(issuer) && !forceHttp) {
    problems.push(
      'CLAVIGER_ISSUER must be https, because its host is not a loopback address. To allow http anyway, set CLAVIGER_DANGEROUS_FORCE_HTTP=true.',
    );
  }
  if (!isLoopbackHost(adminHost) && !openAdmin) {
    problems.push(
      'CLAVIGER_ADMIN_HOST must be a loopback address, because the admin listener requires no credentials. To allow another address anyway, set CLAVIGER_DANGEROUS_OPEN_ADMIN=true.',
    );
  }
  if ((loginUrl === null) !== (consentUrl === null)) {
    const [set, missing] = loginUrl === null ? ['CONSENT', 'LOGIN'] : ['LOGIN', 'CONSENT'];
    problems.push(`CLAVIGER_${missing}_URL must be set too, because CLAVIGER_${set}_URL is set. Set both or neither.`);
  }
  if (values.publicPort === values.adminPort && values.publicHost === adminHost) {
    problems.push('CLAVIGER_PUBLIC_PORT and CLAVIGER_ADMIN_PORT must differ.');
  }
  if (values.subjectTypesSupported.includes('pairwise') && Buffer.byteLength(values.pairwiseSalt ?? '') < 8) {
    problems.push('CLAVIGER_SUBJECT_TYPE_PAIRWISE_SALT must be set for pairwise subjects, with at least 8 bytes.');
  }
  if (systemSecrets === null && !isDevelopment(values)) {
    problems.push(
      'CLAVIGER_SYSTEM_SECRET must be set, with at least 16 bytes. The server generates one only with a loopback issuer and SQLite.',
    );
  }
  problems.push(...weakSecretProblems(values));
  if (values.keyRotationInterval > 0 && values.keyPublishAhead >= values.keyRotationInterval) {
    problems.push('CLAVIGER_KEY_PUBLISH_AHEAD must be shorter than CLAVIGER_KEY_ROTATION_INTERVAL.');
  }
  if (values.clientRegistration === 'guarded' && values.initialAccessTokens === null) {
    problems.push(
      'CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_INITIAL_ACCESS_TOKEN must be set, because CLAVIGER_DYNAMIC_CLIENT_REGISTRATION is guarded.',
    );
  }
  const dsns = Object.values(dsnsOf(values));
  if ((values.workers ?? 1) > 1 && dsns.some((dsn) => dsn.kind === 'sqlite' && dsn.file === inMemory)) {
    problems.push('CLAVIGER_WORKERS must be 1 with sqlite::memory:, because processes do not share their memory.');
  }
  return problems;
};

const pagesOf = (values: Values): Pages => {
  const { issuer, loginUrl, consentUrl, errorUrl, logoutRedirectUrl } = values;
  const builtIn = loginUrl === null && consentUrl === null && (isLoopbackUrl(issuer) || values.builtInPages);
  const missing = urlBelow(issuer, paths.consentFallback);
  return {
    builtIn,
    anywhere: builtIn && values.builtInPages,
    loginUrl: loginUrl ?? (builtIn ? urlBelow(issuer, builtInPages.login) : missing),
    consentUrl: consentUrl ?? (builtIn ? urlBelow(issuer, builtInPages.consent) : missing),
    errorUrl,
    logoutRedirectUrl: logoutRedirectUrl ?? urlBelow(issuer, paths.logoutFallback),
  };
};

const warningsOf = (values: Values, pages: Pages): readonly string[] => {
  const warnings: string[] = [];
  const mismatch = issuerMismatch(values);
  if (mismatch !== undefined) warnings.push(mismatch);
  if (pages.builtIn)
    warnings.push('The built-in login page lets anyone log in as any user. Use it for development only.');
  if (pages.anywhere)
    warnings.push('CLAVIGER_DANGEROUS_BUILT_IN_PAGES: anyone who can reach the server can log in as any user.');
  if (!pages.builtIn && values.loginUrl === null) {
    warnings.push('Users cannot log in: CLAVIGER_LOGIN_URL and CLAVIGER_CONSENT_URL are not set.');
  }
  if (values.forceHttp) warnings.push('CLAVIGER_DANGEROUS_FORCE_HTTP: tokens and cookies may be sent unencrypted.');
  if (values.showSigningKeys) {
    warnings.push(
      'CLAVIGER_DANGEROUS_SHOW_SIGNING_KEYS: anyone who can reach the admin listener can sign tokens as this server.',
    );
  }
  if (values.unguardedDocuments) {
    warnings.push(
      'CLAVIGER_DANGEROUS_UNGUARDED_DOCUMENTS: clients can make the server send requests to internal machines.',
    );
  }
  if (values.redisEviction) warnings.push('CLAVIGER_DANGEROUS_REDIS_EVICTION: Redis may evict valid tokens.');
  if (values.clientRegistration === 'open') {
    warnings.push(
      'Anyone can register clients (CLAVIGER_DYNAMIC_CLIENT_REGISTRATION=open). Limit the rate of registrations in a proxy.',
    );
  }
  if (!isLoopbackHost(values.adminHost) && values.adminAllowedHosts.length === 0) {
    warnings.push(
      'The admin endpoints accept only loopback names and IP addresses as host. To use other host names, list them in CLAVIGER_ADMIN_ALLOWED_HOSTS.',
    );
  }
  if (values.openAdmin)
    warnings.push(
      'CLAVIGER_DANGEROUS_OPEN_ADMIN: anyone who can reach the admin listener has full control of the server.',
    );
  return [...warnings, ...weakSecretWarnings(values)];
};

const toConfig = (values: Values): Config => {
  const pages = pagesOf(values);
  const workers = values.workers ?? (Object.values(dsnsOf(values)).some(isSqlite) ? 1 : availableParallelism());
  return {
    ...toStoresConfig(values),
    issuer: values.issuer,
    development: isDevelopment(values),
    dataFolder: resolve(values.dataFolder),
    workers,
    cleanerInterval: values.cleanerInterval,
    shutdownTimeout: values.shutdownTimeout,
    drainDelay: values.drainDelay ?? seconds(isLoopbackUrl(values.issuer) ? 0 : 5),
    keepAlive: values.keepAlive,
    public: { host: values.publicHost, port: values.publicPort },
    admin: { host: values.adminHost, port: values.adminPort },
    adminAllowedHosts: values.adminAllowedHosts,
    pages,
    systemSecrets: values.systemSecrets,
    log: { level: values.logLevel, format: values.logFormat },
    cors: { allowedOrigins: values.corsAllowedOrigins, maxAge: values.corsMaxAge },
    unguardedDocuments: values.unguardedDocuments,
    settings: settingsOf(values, workers, pages.builtIn),
    warnings: warningsOf(values, pages),
  };
};
