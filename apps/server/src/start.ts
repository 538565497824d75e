// One server from configuration to listening, and back. Everything that was opened is closed again, whatever fails.
import { randomBytes } from 'node:crypto';
import { buildServers, type Servers } from './build-servers.ts';
import type { Config, Listener } from './config.ts';
import { greeting } from './greeting.ts';
import { openStores } from './open-stores.ts';
import { keepSystemSecret } from './system-secret.ts';
import { formatLogLine } from './text-log.ts';
import { version } from './version.ts';

export interface RunningServer {
  /** Answers what has arrived, takes nothing new, closes the stores. */
  stop(): Promise<void>;
}

/** Rejects when the server cannot start; nothing is left open then. */
export const startServer = async (config: Config, write: (text: string) => void): Promise<RunningServer> => {
  const writeLog = config.log.format === 'text' ? (line: string) => write(formatLogLine(line)) : write;
  const secret = await systemSecretsOf(config);
  const { stores, close, migrated } = await openStores(config);
  let ready = false;
  let servers: Servers | undefined;

  const stop = async (): Promise<void> => {
    ready = false;
    await Promise.all([servers?.publicApp.close(), servers?.adminApp.close()]);
    await close();
  };

  try {
    servers = buildServers({
      config,
      stores,
      systemSecrets: secret.systemSecrets,
      version,
      writeLog,
      isReady: () => ready,
    });
    const { log } = servers.adminApp;
    for (const warning of [...config.warnings, ...secret.warnings]) log.warn(warning);
    if (migrated.length > 0) log.info({ migrated }, 'database schema brought up to date');
    await listen(servers, config);
    ready = true;
    if (config.log.format === 'text') write(greeting(config));
    else log.info({ issuer: config.issuer, public: config.public, admin: config.admin }, 'ready');
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
};

interface SecretsInUse {
  readonly systemSecrets: readonly [string, ...(readonly string[])];
  readonly warnings: readonly string[];
}

/** readConfig has made sure that only a development server comes here without a secret. */
const systemSecretsOf = async ({ systemSecrets, sqlite, dataFolder }: Config): Promise<SecretsInUse> => {
  const [first, ...others] = systemSecrets ?? [];
  if (first !== undefined) return { systemSecrets: [first, ...others], warnings: [] };
  // What is kept in memory does not outlive its secret, which then needs no file.
  if (sqlite.file === ':memory:') return { systemSecrets: [randomBytes(32).toString('base64url')], warnings: [] };
  const { secret, file, isNew } = await keepSystemSecret(dataFolder);
  const warning = isNew
    ? `CLAVIGER_SYSTEM_SECRET is not set: one was made and is kept in ${file}. Tokens and keys are lost with it.`
    : `CLAVIGER_SYSTEM_SECRET is not set: the one in ${file} is used.`;
  return { systemSecrets: [secret], warnings: [warning] };
};

const listen = async ({ publicApp, adminApp }: Servers, config: Config): Promise<void> => {
  const one = async (app: typeof publicApp, name: 'PUBLIC' | 'ADMIN', { host, port }: Listener): Promise<void> => {
    try {
      await app.listen({ host, port });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const settings = `CLAVIGER_${name}_HOST, CLAVIGER_${name}_PORT`;
      throw new Error(`Cannot listen on ${host} port ${port} (${settings}): ${reason}`, { cause: error });
    }
  };
  await one(adminApp, 'ADMIN', config.admin);
  await one(publicApp, 'PUBLIC', config.public);
};
