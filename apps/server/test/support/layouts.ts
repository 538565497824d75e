// The layouts of stores that the server is tested on: settings for startServer, with a new database and
// key prefix each time. The database servers are started when a layout first needs them.
import { randomBytes } from 'node:crypto';
import { startRedis, type TestRedis } from '@claviger/adapters-redis/testing';
import { startPostgres, type TestDatabase, type TestPostgres } from '@claviger/adapters-sql/testing';
import type { Cleanup } from './start-server.ts';

export const layoutNames = ['SQLite', 'Postgres alone', 'Redis alone', 'the recommended mix'] as const;

export type LayoutName = (typeof layoutNames)[number];

export type ServerSettings = Readonly<Record<string, string>>;

export interface Layouts {
  /** Several servers that start with one result are nodes of one system. */
  settings(name: LayoutName): Promise<ServerSettings>;
}

/** Data that cannot be recreated is in Postgres. Data that lives for minutes or is recreated automatically is in Redis. */
export const mixOf = (postgres: string, redis: string): ServerSettings => ({
  CLAVIGER_DSN: postgres,
  CLAVIGER_STORE_FLOWS: redis,
  CLAVIGER_STORE_LOGIN_SESSIONS: redis,
  CLAVIGER_STORE_TOKENS: redis,
});

/** Settings for servers in any layout. */
export const commonSettings = (): ServerSettings => ({
  CLAVIGER_SYSTEM_SECRET: randomBytes(24).toString('base64url'),
  CLAVIGER_AUTO_MIGRATE: 'true',
  CLAVIGER_WORKERS: '1',
});

export const layoutsFor = (t: Cleanup): Layouts => {
  let postgres: Promise<TestPostgres> | undefined;
  let redis: Promise<TestRedis> | undefined;
  const databases: TestDatabase[] = [];
  t.teardown(async () => {
    // A database server that was passed to the tests is not stopped.
    for (const database of databases) await database.drop();
    await Promise.all([postgres?.then((server) => server.stop()), redis?.then((server) => server.stop())]);
  });
  let prefixes = 0;

  const onPostgres = async (): Promise<string> => {
    postgres ??= startPostgres();
    const database = await (await postgres).createDatabase();
    databases.push(database);
    return database.url;
  };
  const onRedis = async (): Promise<{ readonly url: string; readonly prefix: ServerSettings }> => {
    redis ??= startRedis();
    const { url, prefix } = await redis;
    prefixes += 1;
    return { url, prefix: { CLAVIGER_REDIS_PREFIX: `${prefix}${prefixes}:` } };
  };

  const storesOf = async (name: LayoutName): Promise<ServerSettings> => {
    switch (name) {
      case 'SQLite':
        return {};
      case 'Postgres alone':
        return { CLAVIGER_DSN: await onPostgres() };
      case 'Redis alone': {
        const { url, prefix } = await onRedis();
        return { CLAVIGER_DSN: url, ...prefix };
      }
      case 'the recommended mix': {
        const [database, { url, prefix }] = await Promise.all([onPostgres(), onRedis()]);
        return { ...mixOf(database, url), ...prefix };
      }
    }
  };
  return { settings: async (name) => ({ ...commonSettings(), ...(await storesOf(name)) }) };
};
