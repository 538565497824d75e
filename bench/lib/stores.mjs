// The stores that servers under test get: a Postgres and a Redis of their own, as durable as in production.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRedisProcess } from '@claviger/adapters-redis/testing';
import { startOwnPostgres } from '@claviger/adapters-sql/testing';
import { cores, pin } from './processor.mjs';

/** Every commit reaches the disk before it is answered; memory as on a small server. */
const durable = ['fsync=on', 'full_page_writes=on', 'synchronous_commit=on', 'shared_buffers=1GB', 'max_wal_size=4GB'];

export const startPostgresServer = async () => {
  let data = '';
  const server = await startOwnPostgres((folder) => {
    data = folder;
    return durable;
  });
  const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  if (cores) pin(pid, cores.rest);
  return { pid, createDatabase: () => server.createDatabase(), stop: () => server.stop() };
};

export const startRedisServer = async () => {
  const server = await startRedisProcess(['appendonly yes', 'appendfsync everysec', 'maxmemory-policy noeviction']);
  return { url: `redis://127.0.0.1:${server.port}`, stop: () => server.stop() };
};
