// A real Postgres server for tests: the one that CLAVIGER_TEST_POSTGRES_URL names, or a temporary one from this machine's
// binaries. Every test file uses separate databases. A temporary server ends with the process that started it, even if that
// is killed: a shell waits for the end of its standard input and then stops the server.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';

export interface TestPostgres {
  /** The URL of an administrator. */
  readonly url: string;
  /** Creates an empty database. It is deleted when it is dropped or the server stops. */
  createDatabase(): Promise<TestDatabase>;
  stop(): Promise<void>;
}

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A server that a test may stop and start, because no other test uses it. */
export interface OwnPostgres extends TestPostgres {
  /** Like a power cut: connections break without being closed. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with the same data. */
  restart(): Promise<void>;
}

/** The configured server, or a temporary one. */
export const startPostgres = async (): Promise<TestPostgres> => {
  const given = process.env.CLAVIGER_TEST_POSTGRES_URL;
  if (given === undefined || given === '') return startOwnPostgres();
  return { url: given, createDatabase: () => createDatabase(given), stop: async () => undefined };
};

/** `configured` receives the data folder before the first start, and returns more settings, such as `ssl=on`. */
export const startOwnPostgres = async (
  configured: (data: string) => readonly string[] = () => [],
): Promise<OwnPostgres> => {
  const folder = findBinaries();
  const user = accountForServers();
  const home = mkdtempSync(join(tmpdir(), 'claviger-postgres-'));
  const data = join(home, 'data');
  const port = await freePort();
  if (user) execFileSync('chown', [user, home]);
  runAs(user, join(folder, 'initdb'), ['-D', data, '-U', 'admin', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N']);
  const further = configured(data);
  if (user) execFileSync('chown', ['-R', user, home]);
  const cluster = { folder, user, home, data, port, further };
  let guard = await startServer(cluster);
  const url = `postgres://admin@127.0.0.1:${port}/postgres`;
  return {
    url,
    createDatabase: () => createDatabase(url),
    stop: () => guard.end(),
    kill: () => guard.kill(),
    restart: async () => {
      guard = await startServer(cluster);
    },
  };
};

interface Cluster {
  readonly folder: string;
  readonly user: string | undefined;
  readonly home: string;
  readonly data: string;
  readonly port: number;
  readonly further: readonly string[];
}

interface Guard {
  end(): Promise<void>;
  kill(): Promise<void>;
}

/** Durability is turned off, because the data is temporary and the server is faster without it. */
const settings = ({ port, home, further }: Cluster): readonly string[] =>
  [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${home}`,
    'fsync=off',
    'full_page_writes=off',
    'max_connections=200',
    'shared_buffers=32MB',
    'logging_collector=off',
    'log_min_messages=fatal',
    ...further,
  ].flatMap((setting) => ['-c', setting]);

/** Runs the server until its own input ends, which happens when this process ends, even if it is killed. */
const guardScript = `
"$@" &
server=$!
trap '' INT TERM HUP
read -r word || word=end
if [ "$word" = kill ]; then kill -QUIT $server; else kill -INT $server; fi
wait $server
if [ "$word" = end ]; then rm -rf "$CLAVIGER_TEST_HOME"; fi
`;

const startServer = async (cluster: Cluster): Promise<Guard> => {
  const { folder, user, home, data, port } = cluster;
  const [command, ...parameters] = asUser(user, '/bin/sh', [
    '-c',
    guardScript,
    'guard',
    join(folder, 'postgres'),
    '-D',
    data,
    ...settings(cluster),
  ]);
  const logFile = join(home, 'log');
  const log = openSync(logFile, 'a');
  const guard = spawn(command, parameters, {
    stdio: ['pipe', 'ignore', log],
    env: { ...process.env, CLAVIGER_TEST_HOME: home },
    detached: true,
    cwd: '/',
  });
  closeSync(log);
  // The server must not keep this process alive. If a test forgets to stop it, both end with the test.
  guard.unref();
  const ended = new Promise<void>((resolve) => guard.once('exit', () => resolve()));
  const tell = async (word: string): Promise<void> => {
    guard.ref();
    guard.stdin?.end(`${word}\n`);
    await ended;
  };
  await untilItAnswers(`postgres://admin@127.0.0.1:${port}/postgres`, ended).catch(async (cause: unknown) => {
    const said = readFileSync(logFile, 'utf8');
    await tell('end');
    throw new Error(`The Postgres server of the tests did not start. It said:\n${said}`, { cause });
  });
  return { end: () => tell('end'), kill: () => tell('kill') };
};

const untilItAnswers = async (url: string, ended: Promise<void>): Promise<void> => {
  let gone = false;
  void ended.then(() => {
    gone = true;
  });
  const deadline = Date.now() + 30_000;
  for (;;) {
    const client = postgres(url, { max: 1, connect_timeout: 2, fetch_types: false });
    try {
      await client`SELECT 1`;
      return;
    } catch (error) {
      if (gone || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await client.end({ timeout: 1 });
    }
  }
};

let databases = 0;

const createDatabase = async (url: string): Promise<TestDatabase> => {
  databases += 1;
  const name = `claviger_test_${process.pid}_${databases}`;
  const administer = async (statement: string): Promise<void> => {
    const client = postgres(url, { max: 1, fetch_types: false, onnotice: () => undefined });
    try {
      await client.unsafe(statement);
    } finally {
      await client.end();
    }
  };
  await administer(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
};

/** The folder for the binaries of an npm package, which scripts/test-machine.mjs fills if the machine has no Postgres. */
const downloaded = fileURLToPath(new URL('../../../../../node_modules/.cache/claviger/postgres', import.meta.url));

/** CLAVIGER_TEST_POSTGRES_BIN names the folder of another version. Debian has a folder for each version, not in PATH. */
const findBinaries = (): string => {
  const debian = '/usr/lib/postgresql';
  const folders = [
    ...(process.env.CLAVIGER_TEST_POSTGRES_BIN ? [process.env.CLAVIGER_TEST_POSTGRES_BIN] : []),
    ...(existsSync(debian)
      ? readdirSync(debian)
          .sort((a, b) => Number(b) - Number(a))
          .map((version) => join(debian, version, 'bin'))
      : []),
    ...(process.env.PATH ?? '').split(delimiter),
    downloaded,
  ];
  const found = folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
  if (found === undefined) {
    throw new Error(
      'These tests need a Postgres server. Install one (apt-get install postgresql), or name one with ' +
        'CLAVIGER_TEST_POSTGRES_URL=postgres://administrator@host/database.',
    );
  }
  return found;
};

/**
 * initdb, postgres and pgbouncer refuse to run as root. Debian's package makes the account `postgres`. undefined: the
 * account of this process.
 */
export const accountForServers = (): string | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  return /^postgres:/m.test(readFileSync('/etc/passwd', 'utf8')) ? 'postgres' : 'nobody';
};

export const asUser = (
  user: string | undefined,
  command: string,
  parameters: readonly string[],
): [string, ...string[]] =>
  user === undefined
    ? [command, ...parameters]
    : ['setpriv', `--reuid=${user}`, '--regid', groupOf(user), '--clear-groups', command, ...parameters];

const groupOf = (user: string): string => execFileSync('id', ['-g', user], { encoding: 'utf8' }).trim();

const runAs = (user: string | undefined, command: string, parameters: readonly string[]): void => {
  const [program, ...rest] = asUser(user, command, parameters);
  execFileSync(program, rest, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
};

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
