// The linters of the Dockerfile and of compose.yaml find nothing. The systemd unit and the Helm chart have tests of their own.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
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

/** The file as Docker Compose reads it: anchors are resolved, and short forms are written out. */
const composeModel = (t) => {
  const { status, text } = lint(compose.path, ['-format', 'json', 'compose.yaml']);
  t.equal(status, 0, text);
  return JSON.parse(text);
};

const named = (entries = [], type = undefined) =>
  entries.filter((entry) => entry.type === type).map(({ source }) => source);

t.test('compose.yaml defines what its services use, and nothing else', { skip: compose.missing }, async (t) => {
  const { services, ...model } = composeModel(t);
  const all = Object.values(services);
  const isSame = (kind, used) => t.strictSame([...new Set(used)].sort(), Object.keys(model[kind]).sort(), kind);
  isSame(
    'networks',
    all.flatMap(({ networks }) => Object.keys(networks)),
  );
  isSame(
    'secrets',
    all.flatMap(({ secrets }) => named(secrets)),
  );
  isSame(
    'volumes',
    all.flatMap(({ volumes }) => named(volumes, 'volume')),
  );
  const files = all.flatMap(({ volumes }) => named(volumes, 'bind'));
  t.equal(files.length, 1);
  for (const file of files) t.ok(existsSync(file), file);
  for (const { depends_on: dependencies = {} } of all)
    for (const name of Object.keys(dependencies)) t.ok(services[name]);
});

t.test('the script that makes secrets is valid for a POSIX shell', async (t) => {
  t.strictSame(lint('sh', ['-n', 'deploy/compose/make-secrets.sh']), { status: 0, text: '' });
});
