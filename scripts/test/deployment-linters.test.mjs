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

const hadolint = tryToFetch(deploymentTools.hadolint);
if (hadolint.missing) t.comment(hadolint.missing);

t.test('hadolint finds nothing in the Dockerfile', { skip: hadolint.missing }, async (t) => {
  t.strictSame(lint(hadolint.path, ['--failure-threshold', 'style', 'Dockerfile']), { status: 0, text: '' });
});

t.test('dclint finds nothing in compose.yaml', async (t) => {
  const { status, text } = lint(join('node_modules', '.bin', 'dclint'), ['--max-warnings', '0', 'compose.yaml']);
  t.equal(text, '');
  t.equal(status, 0);
});

t.test('the script that makes secrets is valid for a POSIX shell', async (t) => {
  t.strictSame(lint('sh', ['-n', 'deploy/compose/make-secrets.sh']), { status: 0, text: '' });
});
