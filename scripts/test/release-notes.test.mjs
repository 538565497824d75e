// Release notes come from the changelog.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';

const notesOf = (...version) =>
  spawnSync(process.execPath, [join(import.meta.dirname, '..', 'release-notes.mjs'), ...version], { encoding: 'utf8' });

t.test('the notes of a version are its section, without its heading', async (t) => {
  const { status, stdout } = notesOf();
  t.equal(status, 0);
  t.match(stdout, /^### /);
  t.notMatch(stdout, /^## /m);
});

t.test('a version without notes is an error', async (t) => {
  const { status, stderr } = notesOf('99.0.0');
  t.equal(status, 1);
  t.match(stderr, 'CHANGELOG.md has no notes of 99.0.0.');
});
