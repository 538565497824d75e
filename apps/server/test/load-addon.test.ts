// Where the single binary unpacks its native addon: a file that only this user can have written, with the right contents.
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadAddon, unpackAddon } from '../src/binary/load-addon.ts';

const bytes = Buffer.from('the code of an addon');
const folderIn = (parent: string): string => join(parent, `claviger-${process.geteuid?.()}`);

t.test('it is unpacked once into a private folder and used again', async (t) => {
  const parent = t.testdir();
  const file = unpackAddon(bytes, parent);
  t.same(readFileSync(file), bytes);
  t.equal(statSync(folderIn(parent)).mode & 0o777, 0o700);
  t.equal(statSync(file).mode & 0o777, 0o600);
  const { ino } = statSync(file);
  t.equal(unpackAddon(bytes, parent), file);
  t.equal(statSync(file).ino, ino, 'it was not written again');
  const other = unpackAddon(Buffer.from('of another version'), parent);
  t.not(other, file);
  t.equal(readdirSync(folderIn(parent)).length, 2, 'no temporary file is left');
});

t.test('a file with the wrong contents is replaced, not loaded', async (t) => {
  const parent = t.testdir({ elsewhere: bytes });
  const file = unpackAddon(bytes, parent);
  writeFileSync(file, 'the code of somebody else');
  t.same(readFileSync(unpackAddon(bytes, parent)), bytes, 'altered');
  writeFileSync(file, bytes.subarray(0, 3));
  t.same(readFileSync(unpackAddon(bytes, parent)), bytes, 'cut short');

  const linked = join(folderIn(parent), 'link');
  symlinkSync(join(parent, 'elsewhere'), linked);
  renameSync(linked, file);
  unpackAddon(bytes, parent);
  t.notOk(statSync(file).ino === statSync(join(parent, 'elsewhere')).ino, 'a link');
});

t.test('a folder that is a link, belongs to another user or is writable by others is refused', async (t) => {
  const open = t.testdir();
  mkdirSync(folderIn(open));
  chmodSync(folderIn(open), 0o770);
  t.throws(() => unpackAddon(bytes, open), /is not a private folder of this user/);
  chmodSync(folderIn(open), 0o700);
  t.ok(unpackAddon(bytes, open));

  const linked = join(open, 'linked');
  mkdirSync(join(linked, 'target'), { recursive: true, mode: 0o700 });
  symlinkSync(join(linked, 'target'), folderIn(linked));
  t.throws(() => unpackAddon(bytes, linked), /is not a private folder of this user/);

  if (process.geteuid?.() !== 0) return;
  chownSync(folderIn(open), 65534, 65534);
  t.throws(() => unpackAddon(bytes, open), /is not a private folder of this user/);
});

t.test('a failure is reported with the setting that helps', async (t) => {
  const parent = t.testdir();
  t.throws(
    () => loadAddon(bytes, parent),
    /cannot be unpacked into .* and loaded: .*\. Set TMPDIR to/,
    'no addon at all',
  );
  t.throws(() => loadAddon(bytes, join(parent, 'missing')), /ENOENT.*\. Set TMPDIR to/);
});
