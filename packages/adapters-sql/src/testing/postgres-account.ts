// An account of a test server as the container images of Postgres create it, for tests of whole deployments.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { type OwnPostgres, startOwnPostgres } from './start-postgres.ts';

export interface PostgresAccount {
  /** The name of the account and of its database. Letters only. */
  readonly name: string;
  /** Letters and digits only. */
  readonly password: string;
}

/** A server with a database that this account owns. The account must log in with its password. */
export const startPostgresFor = async ({ name, password }: PostgresAccount): Promise<OwnPostgres> => {
  const server = await startOwnPostgres((data) => {
    const rules = [`host ${name} ${name} 127.0.0.1/32 scram-sha-256`, 'host all admin 127.0.0.1/32 trust', ''];
    writeFileSync(join(data, 'pg_hba.conf'), rules.join('\n'));
    return [];
  });
  const client = postgres(server.url, { max: 1, fetch_types: false });
  try {
    await client.unsafe(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`);
    await client.unsafe(`CREATE DATABASE ${name} OWNER ${name} ENCODING 'UTF8' TEMPLATE template0`);
  } finally {
    await client.end();
  }
  return server;
};
