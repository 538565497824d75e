// The server survives problems with its log: a full disk, a reader that exits, a reader that stops reading.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { LogOutput } from '../src/log-output.ts';
import { freePorts } from './support/free-port.ts';
import { isReady, runServer, temporaryFolder } from './support/start-server.ts';

const until = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
  for (const deadline = Date.now() + 60_000; !(await holds()); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`Never: ${what}`);
  }
};

/** A server with the file descriptor as its standard output. */
const serverOn = async (t: Test, stdout: number, workers: number) => {
  const [publicPort = 0, adminPort = 0] = await freePorts(2);
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const server = runServer(
    t,
    {
      CLAVIGER_DSN: `sqlite:${join(temporaryFolder(t), 'claviger.db')}`,
      CLAVIGER_SYSTEM_SECRET: 'a system secret of 32 characters',
      CLAVIGER_PUBLIC_PORT: String(publicPort),
      CLAVIGER_ADMIN_PORT: String(adminPort),
      CLAVIGER_WORKERS: String(workers),
      CLAVIGER_LOG_FORMAT: 'json',
    },
    [],
    undefined,
    stdout,
  );
  await until('ready', () => isReady(adminUrl));
  const dropped = async (): Promise<number> => {
    const text = await (await fetch(`${adminUrl}/metrics/prometheus`)).text();
    return Number(/^claviger_log_lines_dropped_total (\d+)$/m.exec(text)?.[1]);
  };
  return { ...server, adminUrl, dropped };
};

const childrenOf = (pid: number): readonly number[] =>
  execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/ +/).map(Number))
    .flatMap(([child = 0, parent]) => (parent === pid ? [child] : []));

for (const workers of [1, 2]) {
  t.test(
    `with ${workers} workers the server survives a full disk under its log and counts the lost lines`,
    async (t) => {
      const full = openSync('/dev/full', 'w');
      t.teardown(() => closeSync(full));
      const server = await serverOn(t, full, workers);
      await until('every worker tells its metrics', async () => !Number.isNaN(await server.dropped()));
      const before = await server.dropped();
      for (let index = 0; index < 5; index += 1) t.equal((await fetch(`${server.adminUrl}/clients`)).status, 200);
      await until('counted', async () => (await server.dropped()) >= before + 5);
      if (workers > 1) {
        // The primary writes when a worker dies.
        await until('two workers', () => childrenOf(server.pid).length === 2);
        process.kill(childrenOf(server.pid)[0] ?? 0, 'SIGKILL');
        await until('the primary has lost a line', async () => {
          const reply = await fetch(`${server.adminUrl}/metrics/prometheus`).catch(() => undefined);
          return /^claviger_primary_log_lines_dropped_total [1-9]/m.test((await reply?.text()) ?? '');
        });
      }
      t.strictSame(await server.kill('SIGTERM'), { code: 0, signal: null });
    },
  );

  t.test(`with ${workers} workers the log continues with a new reader and reports the lost lines`, async (t) => {
    const pipe = join(t.testdir(), 'log');
    execFileSync('mkfifo', [pipe]);
    // Open for reading and writing, so that opening does not wait for another process.
    const first = openSync(pipe, 'r+');
    const writer = openSync(pipe, 'w');
    t.teardown(() => closeSync(writer));
    const server = await serverOn(t, writer, workers);
    closeSync(first);
    await until('dropped', async () => {
      await fetch(`${server.adminUrl}/clients`);
      return (await server.dropped()) > 3;
    });
    const reader = spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.teardown(() => reader.kill());
    let text = '';
    reader.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
    await until('the notice', () => /"level":"warn".*"lines":\d+,"reason":"EPIPE"/.test(text));
    t.equal((await fetch(`${server.adminUrl}/version`)).status, 200);
    await until('the line of a request', () => text.includes('"route":"/version"'));
    for (const line of text.trim().split('\n')) t.ok(JSON.parse(line));
    t.strictSame(await server.kill('SIGTERM'), { code: 0, signal: null });
  });
}

t.test('lines for a reader that stops reading do not accumulate', async (t) => {
  const taken: string[] = [];
  let release: () => void = () => undefined;
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      taken.push(chunk);
      release = done;
    },
  });
  const output = new LogOutput(stream, ({ lines, reason }) => `lost ${lines} (${reason})\n`);
  const line = `${'x'.repeat(1024 * 1024 - 1)}\n`;
  for (let index = 0; index < 10; index += 1) output.write(line);
  t.ok(output.dropped > 0 && output.dropped < 8);
  t.ok(stream.writableLength < 6 * 1024 * 1024);
  const { dropped } = output;
  while (stream.writableLength > 0) {
    release();
    await sleep(0);
  }
  output.write('next\n');
  release();
  await until('written', () => taken.at(-1) === `lost ${dropped} (slow reader)\nnext\n`);
  output.write('after\n');
  release();
  t.equal(taken.at(-1), 'after\n', 'the loss is reported once');
  t.equal(output.dropped, dropped);
});

t.test('a command whose reader exits prints no stack; a command that cannot write fails', async (t) => {
  const folder = t.testdir();
  const settings = { CLAVIGER_DSN: `sqlite:${join(folder, 'fresh.db')}` };
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const reader = openSync(pipe, 'r+');
  const writer = await open(pipe, 'w');
  closeSync(reader);
  const piped = runServer(t, settings, ['migrate', 'up', '--dry-run'], undefined, writer.fd);
  t.strictSame(await piped.exited, { code: 0, signal: null });
  t.equal(piped.output(), '');
  await writer.close();

  const full = openSync('/dev/full', 'w');
  t.teardown(() => closeSync(full));
  const failed = runServer(t, settings, ['migrate', 'up', '--dry-run'], undefined, full);
  t.strictSame(await failed.exited, { code: 1, signal: null });
  t.match(failed.output(), /^The output could not be written: ENOSPC.*\n$/);
});
