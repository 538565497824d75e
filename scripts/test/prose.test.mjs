import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const script = fileURLToPath(new URL('../check-prose.mjs', import.meta.url));

const check = (root, ...folders) =>
  spawnSync(process.execPath, [script, ...folders], { encoding: 'utf8', env: { ...process.env, PROSE_ROOT: root } });

t.test('a phrase of the word list is reported with its file, line and replacement', async (t) => {
  const root = t.testdir({ docs: { 'page.md': 'One line.\nThe server answers Whoever asks.\n' } });
  const { status, stderr } = check(root);
  t.equal(status, 1);
  t.match(stderr, `${join('docs', 'page.md')}:2: "Whoever". Write the actor`);
});

t.test('plain English passes', async (t) => {
  const page = 'There is no limit. The store is unavailable. Keep access while you are away. It is no longer used.\n';
  t.match(check(t.testdir({ 'page.md': page })), { status: 0, stderr: '' });
});

t.test('only the given folders and files are checked', async (t) => {
  const root = t.testdir({ docs: { 'page.md': 'Plain.' }, 'docs-old': { 'page.md': 'anew' }, 'README.md': 'anew' });
  t.equal(check(root, 'docs').status, 0);
  t.equal(check(root, 'docs', 'README.md').status, 1);
});
