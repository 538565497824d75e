// Starts this machine's PgBouncer in front of a Postgres server, for tests. It ends with the process that started it.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accountForServers, asUser, freePort } from './start-postgres.ts';

export interface TestPgBouncer {
  /** The URL of a database of the server through the pooler. */
  urlOf(databaseUrl: string): string;
  stop(): Promise<void>;
}

const findBinary = (): string => {
  // Debian keeps it in /usr/sbin, which is not in everyone's PATH.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  const found = folders.map((folder) => join(folder, 'pgbouncer')).find((file) => existsSync(file));
  if (found === undefined) throw new Error('These tests need PgBouncer: apt-get install pgbouncer.');
  return found;
};

/** PgBouncer carries prepared statements over to other server connections from 1.21 on. */
export const pgBouncerTakesPreparedStatements = (): boolean => {
  const [, major, minor] =
    /PgBouncer (\d+)\.(\d+)/.exec(execFileSync(findBinary(), ['--version'], { encoding: 'utf8' })) ?? [];
  return Number(major) > 1 || Number(minor) >= 21;
};

/** The shell waits for the end of its standard input, which comes when this process ends, even if it is killed. */
const keeper = '"$@" & server=$!; cat >/dev/null; kill -9 $server 2>/dev/null; wait';

/** `settings` are lines of pgbouncer.ini, such as `pool_mode = transaction`. */
export const startPgBouncer = async (serverUrl: string, settings: readonly string[]): Promise<TestPgBouncer> => {
  const server = new URL(serverUrl);
  const folder = mkdtempSync(join(tmpdir(), 'claviger-pgbouncer-'));
  const port = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  const lines = [
    '[databases]',
    `* = host=${server.hostname} port=${server.port} user=${server.username}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    `logfile = ${join(folder, 'log')}`,
    ...settings,
    '',
  ];
  writeFileSync(file, lines.join('\n'));
  const account = accountForServers();
  if (account !== undefined) execFileSync('chown', ['-R', account, folder]);
  const [command, ...parameters] = asUser(account, findBinary(), ['--quiet', file]);
  const shell = spawn('/bin/sh', ['-c', keeper, 'keeper', command, ...parameters], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  shell.unref();
  const ended = new Promise<void>((resolve) => shell.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    shell.ref();
    shell.stdin.end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  await untilItListens(port).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    urlOf: (databaseUrl) => {
      const url = new URL(databaseUrl);
      url.hostname = '127.0.0.1';
      url.port = `${port}`;
      return url.href;
    },
    stop,
  };
};

const untilItListens = async (port: number): Promise<void> => {
  const deadline = Date.now() + 30_000;
  while (!(await listens(port))) {
    if (Date.now() > deadline) throw new Error('The PgBouncer of the tests did not start.');
    await sleep(20);
  }
};

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
