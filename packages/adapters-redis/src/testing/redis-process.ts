// A temporary redis-server or valkey-server on a free loopback port, with a temporary folder. It ends with this process,
// even if this process is killed. Exported, with the other files here, as `@claviger/adapters-redis/testing`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

/** CLAVIGER_TEST_REDIS_SERVER names a program of another version. */
const programs = [process.env.CLAVIGER_TEST_REDIS_SERVER || 'redis-server', 'valkey-server'];

/**
 * A shell that starts the server and prints its process id. When its standard input closes, because this process closes it
 * or dies, the shell kills the server.
 */
const keeper = '"$@" >/dev/null 2>&1 & server=$!; echo $server; cat >/dev/null; kill -9 $server 2>/dev/null; wait';

const startTimeoutMs = 10_000;

export interface RedisProcess {
  readonly port: number;
  /** Sends a signal. SIGSTOP makes the server hang, SIGCONT resumes it, SIGKILL ends it. */
  signal(signal: NodeJS.Signals): void;
  /** Starts the server again, on the same port and folder, after it was killed. */
  restart(): Promise<void>;
  /** Ends it, and removes its folder. */
  stop(): Promise<void>;
}

/** `settings` are lines of redis.conf, such as `maxmemory 100mb`. Nothing is saved to disk unless they say so. */
export const startRedisProcess = async (
  settings: readonly string[] = [],
  as: 'server' | 'sentinel' | 'cluster member' = 'server',
): Promise<RedisProcess> => {
  const program = programs.find((name) => spawnSync(name, ['--version']).status === 0);
  if (!program) {
    throw new Error(
      'These tests need a Redis server: name one in CLAVIGER_TEST_REDIS_URL, or install one with ' +
        '"apt-get install redis-server".',
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'claviger-redis-'));
  const port = as === 'cluster member' ? await freeClusterPort() : await freePort();
  const file = join(folder, 'redis.conf');
  const own = [`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, ...(as === 'sentinel' ? [] : ['save ""'])];
  writeFileSync(file, [...own, ...settings, ''].join('\n'));
  const command = [program, file, ...(as === 'sentinel' ? ['--sentinel'] : [])];
  let running = await start(command, port);
  return {
    port,
    signal: (signal) => process.kill(running.pid, signal),
    async restart() {
      await running.end();
      running = await start(command, port);
    },
    async stop() {
      await running.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

interface Running {
  readonly pid: number;
  end(): Promise<void>;
}

const start = async (command: readonly string[], port: number): Promise<Running> => {
  const shell = spawn('sh', ['-c', keeper, 'sh', ...command], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve) => shell.once('exit', () => resolve()));
  const pid = await new Promise<number>((resolve, reject) => {
    shell.once('error', reject);
    shell.stdout.once('data', (chunk: Buffer) => resolve(Number.parseInt(chunk.toString(), 10)));
  });
  const end = async (): Promise<void> => {
    shell.stdin.end();
    await ended;
  };
  try {
    await answers(port);
  } catch (error) {
    await end();
    throw error;
  }
  return { pid, end };
};

const answers = async (port: number): Promise<void> => {
  const deadline = Date.now() + startTimeoutMs;
  // A server that requires a password has started too.
  const isThere = (error: unknown): boolean => error instanceof Error && error.message.startsWith('NOAUTH');
  while (!(await askRedis(port, 'ping').catch(isThere))) {
    if (Date.now() > deadline) throw new Error(`The Redis server on port ${port} does not answer.`);
    await sleep(20);
  }
};

/** Runs one command on the server at a loopback port. */
export const askRedis = async (port: number, name: string, ...args: readonly string[]): Promise<unknown> => {
  const client = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    return await client.call(name, ...args);
  } finally {
    client.disconnect();
  }
};

/** Ports that this process has picked. A port stays free until its server listens, so it could be picked again. */
const drawn = new Set<number>();

const freePort = async (): Promise<number> => {
  const port = await portFreeNow();
  if (drawn.has(port)) return freePort();
  drawn.add(port);
  return port;
};

/** The members of a cluster talk to each other on a port that is 10000 higher. Redis 6.2 cannot change that. */
const freeClusterPort = async (): Promise<number> => {
  const port = await freePort();
  const bus = port + 10_000;
  const isFree = bus <= 65_535 && !drawn.has(bus) && (await portFreeNow(bus).catch(() => 0)) === bus;
  if (!isFree) return freeClusterPort();
  drawn.add(bus);
  return port;
};

const portFreeNow = (wanted = 0): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
