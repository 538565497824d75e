// The linters of the Dockerfile and of compose.yaml find nothing. The systemd unit and the Helm chart have tests of their own.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { deploymentTools, tryToFetch } from '../server-binaries.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const lint = (command, args) => {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return { status, text: `${error?.message ?? ''}${stdout}${stderr}`.trim() };
};

const [hadolint, compose] = [deploymentTools.hadolint, deploymentTools.compose].map(tryToFetch);
for (const { missing } of [hadolint, compose]) if (missing) t.comment(missing);

t.test('hadolint finds nothing in the Dockerfile', { skip: hadolint.missing }, async (t) => {
  t.strictSame(lint(hadolint.path, ['--failure-threshold', 'style', 'Dockerfile']), { status: 0, text: '' });
});

t.test('dclint finds nothing in compose.yaml', async (t) => {
  const { status, text } = lint(join('node_modules', '.bin', 'dclint'), ['--max-warnings', '0', 'compose.yaml']);
  t.equal(text, '');
  t.equal(status, 0);
});

t.test('the library of Docker Compose reads compose.yaml', { skip: compose.missing }, async (t) => {
  const { status, text } = lint(compose.path, ['-format', 'json', 'compose.yaml']);
  t.equal(status, 0, text);
  const { services } = JSON.parse(text);
  t.match(services['claviger-2'], { read_only: true, restart: 'unless-stopped', image: 'claviger:local' });
});

t.test('the script that makes secrets is valid for a POSIX shell', async (t) => {
  t.strictSame(lint('sh', ['-n', 'deploy/compose/make-secrets.sh']), { status: 0, text: '' });
});
