// `npm start` as a service: a signal to npm reaches the server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { freePorts } from './support/free-port.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

t.test('SIGTERM to npm stops the server', async (t) => {
  const [publicPort = 0, adminPort = 0] = await freePorts(2);
  // Without the bootstrap, which would compile while other tests run.
  const npm = spawn('npm', ['start', '--ignore-scripts'], {
    cwd: root,
    env: {
      ...process.env,
      CLAVIGER_DSN: 'sqlite::memory:',
      CLAVIGER_SYSTEM_SECRET: 'kZ8-aW3_mQ5.xR7~tP1-bN4',
      CLAVIGER_PUBLIC_PORT: String(publicPort),
      CLAVIGER_ADMIN_PORT: String(adminPort),
      CLAVIGER_LOG_FORMAT: 'json',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  // npm and the server, if npm left it running. The group is empty after a success.
  t.teardown(() => {
    try {
      process.kill(-(npm.pid ?? 0), 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  });
  // Emitted when no process has the pipe open any more.
  const closed = once(npm, 'close');
  let output = '';
  for await (const text of npm.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    output += text;
    if (output.includes('"msg":"ready"')) break;
  }
  t.match(output, '"msg":"ready"');
  npm.stdout.resume();
  npm.kill('SIGTERM');
  await closed;
  await t.rejects(fetch(`http://127.0.0.1:${adminPort}/health/alive`), 'nothing listens there');
});
