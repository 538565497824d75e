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

t.test('a phrase is found although a line break splits it, and reported with the line that it begins on', async (t) => {
  const comment = '/**\n * The store answers at\n * once.\n */\n// It does so by\n// itself.\n';
  const root = t.testdir({ 'page.md': 'A server is\nno client.\n', 'code.ts': comment });
  const { stderr } = check(root);
  t.match(stderr, 'page.md:1: "is no "');
  t.match(stderr, 'code.ts:2: "at once"');
  t.match(stderr, 'code.ts:5: "by itself"');
});

t.test(
  'a line break within plain English hides none of its words, and a new list item begins a new sentence',
  async (t) => {
    const page = 'There\nis no limit.\n\n- That is it: at\n- once a second\n\n| at |\n| --- |\n| once |\n';
    t.match(check(t.testdir({ 'page.md': page })), { status: 0, stderr: '' });
  },
);

t.test('plain English passes', async (t) => {
  const page = 'There is no limit. The store is unavailable. Keep access while you are away. It is no longer used.\n';
  t.match(check(t.testdir({ 'page.md': page })), { status: 0, stderr: '' });
});

t.test('only the given folders and files are checked', async (t) => {
  const root = t.testdir({ docs: { 'page.md': 'Plain.' }, 'docs-old': { 'page.md': 'anew' }, 'README.md': 'anew' });
  t.equal(check(root, 'docs').status, 0);
  t.equal(check(root, 'docs', 'README.md').status, 1);
});
