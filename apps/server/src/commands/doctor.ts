// `doctor`: looks at settings, stores, issuer and admin API, and says what is wrong and what to do.
import { existsSync } from 'node:fs';
import { createProvider } from '@claviger/core';
import { reasonOf } from '@claviger/http';
import type { AdminTransport } from '../admin-client/admin-transport.ts';
import { parseJsonObject } from '../admin-client/json.ts';
import { inMemory } from '../config/dsn.ts';
import { type Config, ConfigurationError, readConfig } from '../config.ts';
import { databasesOf, openBackend, type StoreDatabase } from '../stores/backend.ts';
import { schemaProblem } from '../stores/store-preparation.ts';
import { CommandError } from './command-context.ts';
import { openCommandStores } from './with-stores.ts';

export interface Finding {
  readonly status: 'ok' | 'warning' | 'problem';
  readonly check: string;
  /** What was found and, for a problem, what to do. */
  readonly detail: string;
}

type Report = AsyncGenerator<Finding, void>;

const ok = (check: string, detail: string): Finding => ({ status: 'ok', check, detail });
const warning = (check: string, detail: string): Finding => ({ status: 'warning', check, detail });
const problem = (check: string, detail: string): Finding => ({ status: 'problem', check, detail });

/** Milliseconds for one request. */
const patience = 5000;

/** Seconds by which two clocks may differ. Tokens of the server would be valid too early or too late for others. */
const mostSkew = 5;

/** Yields each finding when it is known. `admin`: how the command line reaches the admin API. */
export async function* examine(environment: NodeJS.ProcessEnv, admin: AdminTransport): Report {
  yield ok('Node.js', process.versions.node);
  let config: Config;
  try {
    config = readConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const text of error.problems) yield problem('settings', text);
    return;
  }
  yield ok('settings', 'valid');
  for (const text of config.warnings) yield warning('settings', text);
  yield* examineStores(config);
  yield* examineIssuer(config.issuer);
  yield* examineAdmin(admin);
}

const isMissing = ({ dsn }: StoreDatabase): boolean =>
  dsn.kind === 'sqlite' && dsn.file !== inMemory && !existsSync(dsn.file);

async function* examineStores(config: Config): Report {
  let usable = true;
  for (const database of databasesOf(config.stores)) {
    const finding = await examineDatabase(database, config);
    usable &&= finding.status === 'ok';
    yield finding;
  }
  if (usable) yield* examineSecrets(config);
}

const examineDatabase = async (database: StoreDatabase, config: Config): Promise<Finding> => {
  const [title, what] = [`${database.dsn.kind} store`, database.ports.join(', ')];
  // Opening it would create it.
  if (isMissing(database))
    return warning(title, `${what}: the file does not exist yet. The server creates it at its first start.`);
  try {
    const opened = await openBackend(database, config);
    try {
      const fault = opened.schema ? schemaProblem(await opened.schema.schemaStatus()) : null;
      return fault === null ? ok(title, `${what}: usable`) : problem(title, `${what}: ${fault}`);
    } finally {
      await opened.close();
    }
  } catch (error) {
    return problem(title, `${what}: ${reasonOf(error)}`);
  }
};

/** Whether the system secrets open what is stored. */
async function* examineSecrets(config: Config): Report {
  // A diagnosis changes nothing.
  const { opened, system } = await openCommandStores({ ...config, autoMigrate: false });
  try {
    const { issuer, pages: ui, settings } = config;
    const { admin } = createProvider({ issuer, stores: opened.stores, ui, system, settings });
    const failures = await admin.checkStores();
    for (const { port, problem: text, cause } of failures) yield problem(`store of ${port}`, text ?? reasonOf(cause));
    if (failures.length === 0) yield ok('system secret', 'opens the stored keys');
  } finally {
    await opened.close();
  }
}

async function* examineIssuer(issuer: string): Report {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  let reply: Response;
  try {
    reply = await fetch(url, { signal: AbortSignal.timeout(patience), redirect: 'manual' });
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : reasonOf(error);
    yield problem(
      'issuer',
      `${url} cannot be reached from here (${reason}). Check the proxy in front, DNS and certificates.`,
    );
    return;
  }
  const document = parseJsonObject(await reply.text());
  if (reply.status !== 200 || document === undefined) {
    yield problem(
      'issuer',
      `${url} answered with status ${reply.status}. Does the proxy in front send it to the public listener?`,
    );
  } else if (document.issuer !== issuer) {
    yield problem(
      'issuer',
      `${url} names the issuer ${String(document.issuer)}, but CLAVIGER_ISSUER is ${issuer}. They must be equal.`,
    );
  } else yield ok('issuer', `${issuer} answers`);
  const skew = Math.abs(Date.parse(reply.headers.get('date') ?? '') - Date.now()) / 1000;
  if (skew > mostSkew)
    yield problem(
      'clock',
      `The clock of this machine differs from the clock of the server by ${Math.round(skew)} seconds. Use NTP.`,
    );
  else if (skew >= 0) yield ok('clock', 'agrees with the clock of the server');
}

async function* examineAdmin(admin: AdminTransport): Report {
  const check = 'admin API';
  try {
    const ready = await admin.send({ method: 'GET', path: '/health/ready' });
    const errors = parseJsonObject(ready.text)?.errors;
    if (ready.status === 200) yield ok(check, `${admin.name} is ready`);
    else yield problem(check, `${admin.name} is not ready: ${JSON.stringify(errors ?? ready.status)}`);
    const { status } = await admin.send({ method: 'GET', path: '/clients?limit=1' });
    if (status === 200) yield ok('admin key', 'is accepted, or not needed');
    else if (status === 401)
      yield problem('admin key', 'It is missing or unknown. Pass it with --key-file or in CLAVIGER_ADMIN_KEY.');
    else if (status === 403) yield warning('admin key', 'It has not the scope "read", which many commands need.');
  } catch (error) {
    yield problem(check, error instanceof CommandError ? error.message : reasonOf(error));
  }
}
