// Starts the real server as a separate process on free ports and stops it when the test ends: the compiled
// server or, if CLAVIGER_TEST_PROGRAM names an executable, that one.
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from './free-port.ts';

/** A program and its first arguments. */
export type Program = readonly [string, ...string[]];

const compiled = (main: string): Program => [process.execPath, main];

const given = process.env.CLAVIGER_TEST_PROGRAM;
export const serverProgram: Program = given
  ? [resolve(given)]
  : compiled(fileURLToPath(new URL('../../src/main.js', import.meta.url)));

/** How long a start may take on a busy machine, in milliseconds. */
const startTimeout = 60_000;

export interface Exit {
  /** null if a signal terminated it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProcess {
  readonly pid: number;
  /** Standard output and standard error so far. */
  output(): string;
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): Promise<Exit>;
}

export interface TestServer extends RunningProcess {
  /** With a trailing slash, on the public listener. */
  readonly issuer: string;
  /** Base URLs without a trailing slash. */
  readonly publicUrl: string;
  readonly adminUrl: string;
  readonly publicPort: number;
  readonly adminPort: number;
  readonly dataFolder: string;
  /** Sends SIGTERM and waits for the exit. The data folder stays until the test ends. */
  stop(): Promise<Exit>;
}

export interface StartOptions {
  /** CLAVIGER_… variables. The ports, the issuer and the data folder are set by default. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The data folder of an earlier server, to start again on its data. */
  readonly dataFolder?: string;
  /** The compiled main file of another release. */
  readonly main?: string;
  /** The ports of an earlier server, to start again on them: [public, admin]. */
  readonly ports?: readonly [number, number];
}

/** The part of tap's tests and hooks that is needed here. */
export interface Cleanup {
  teardown(handler: () => unknown): void;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Works even if this process is killed and no handler runs: the pipe to the keeper closes, and the keeper stops the server. */
const keep = (pid: number | undefined): ChildProcess => {
  const script = 'read -r _; kill -9 "$1" 2>/dev/null';
  const keeper = spawn('sh', ['-c', script, 'keeper', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  keeper.unref();
  // An open pipe would keep a finished test alive.
  if ('unref' in keeper.stdin && typeof keeper.stdin.unref === 'function') keeper.stdin.unref();
  return keeper;
};

/** Settings of the machine that runs the tests are not passed on. */
export const cleanEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CLAVIGER_|NODE_OPTIONS|_?TAP)/.test(name)));

/** For the search for secrets in it (scripts/check-answers.mjs). */
const keepOutput = (output: string): void => {
  const { ANSWERS_REPORT: report } = process.env;
  if (report) appendFileSync(`${report}-output`, output);
};

/** Starts a process with exactly these settings and does not wait for it. `stdout`: a file descriptor instead of `output`. */
export const runProgram = (
  t: Cleanup,
  [command, ...words]: Program,
  settings: Readonly<Record<string, string>>,
  stdout: 'pipe' | number = 'pipe',
): RunningProcess => {
  let output = '';
  const child = spawn(command, words, {
    env: { ...cleanEnvironment(), ...settings },
    stdio: ['ignore', stdout, 'pipe'],
  });
  running.add(child);
  const keeper = keep(child.pid);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      output += text;
    });
  }
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running.delete(child);
      keepOutput(output);
      // Another process may get its id soon.
      keeper.kill('SIGKILL');
      resolve({ code, signal });
    });
  });
  const kill = async (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal);
    return exited;
  };
  t.teardown(() => kill('SIGKILL'));
  return { pid: child.pid ?? 0, output: () => output, exited, kill };
};

/** The server checks its answers as the applications of this process do (scripts/check-answers.mjs). */
const answersAreChecked = (): Readonly<Record<string, string>> => {
  const { ANSWERS_PRELOAD: preload } = process.env;
  return preload === undefined ? {} : { NODE_OPTIONS: `--import=${preload}` };
};

/** The server's process, with arguments. */
export const runServer = (
  t: Cleanup,
  settings: Readonly<Record<string, string>>,
  words: readonly string[] = [],
  main?: string,
  stdout: 'pipe' | number = 'pipe',
): RunningProcess =>
  runProgram(
    t,
    [...(main === undefined ? serverProgram : compiled(main)), ...words],
    { ...(main === undefined && !given ? answersAreChecked() : {}), ...settings },
    stdout,
  );

export const temporaryFolder = (t: Cleanup): string => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

export const isReady = (adminUrl: string): Promise<boolean> =>
  fetch(`${adminUrl}/health/ready`).then(
    async (reply) => {
      await reply.arrayBuffer();
      return reply.ok;
    },
    () => false,
  );

/** Resolves when the server reports that it is ready. Throws with its output if it does not. */
export const startServer = async (t: Cleanup, options: StartOptions = {}): Promise<TestServer> => {
  const dataFolder = options.dataFolder ?? temporaryFolder(t);
  const [publicPort = 0, adminPort = 0] = options.ports ?? (await freePorts(2));
  const publicUrl = `http://127.0.0.1:${publicPort}`;
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const issuer = options.settings?.CLAVIGER_ISSUER ?? `${publicUrl}/`;
  const settings = {
    CLAVIGER_ISSUER: issuer,
    CLAVIGER_DATA_DIR: dataFolder,
    CLAVIGER_PUBLIC_PORT: String(publicPort),
    CLAVIGER_ADMIN_PORT: String(adminPort),
    ...options.settings,
  };
  const server = runServer(t, settings, [], options.main);
  let exit: Exit | undefined;
  server.exited.then(
    (value) => {
      exit = value;
    },
    () => undefined,
  );
  const deadline = Date.now() + startTimeout;
  while (!(await isReady(adminUrl))) {
    if (exit) throw new Error(`The server ended (${exit.code ?? exit.signal}):\n${server.output()}`);
    if (Date.now() > deadline) throw new Error(`The server was not ready in time:\n${server.output()}`);
    await sleep(25);
  }
  return {
    ...server,
    issuer,
    publicUrl,
    adminUrl,
    publicPort,
    adminPort,
    dataFolder,
    stop: () => server.kill('SIGTERM'),
  };
};
