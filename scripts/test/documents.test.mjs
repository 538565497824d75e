// Documents match the code: links lead somewhere, and error codes and differences are listed on both sides.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { errorKinds } from '../../packages/core/dist/src/index.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const read = (path) => readFileSync(join(root, path), 'utf8');

const markdownBelow = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return entry.name.startsWith('.') || entry.name === 'node_modules' ? [] : markdownBelow(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });

/** The anchors that GitHub generates for headings. */
const anchors = (text) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

t.test('every relative link in the documents leads to a file, and to a heading in it', async (t) => {
  const files = [...readdirSync(root).filter((name) => name.endsWith('.md')), ...markdownBelow('docs')];
  let links = 0;
  for (const file of files) {
    const text = read(file).replace(/```[\s\S]*?```/g, '');
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path, anchor] = target.split('#');
      const absolute = path === '' ? join(root, file) : join(root, dirname(file), path);
      t.ok(existsSync(absolute), `${file} -> ${target}`);
      if (anchor && existsSync(absolute))
        t.ok(anchors(readFileSync(absolute, 'utf8')).includes(anchor), `${file} -> ${target}`);
      links += 1;
    }
  }
  t.ok(links > 20, `${links} links were checked`);
});

t.test('docs/errors.md has an entry for every error code, with its status, and no other entries', async (t) => {
  const entries = [...read('docs/errors.md').matchAll(/^## (\S+)\n+(\d+) /gm)].map(([, code, status]) => [
    code,
    Number(status),
  ]);
  const kinds = Object.entries(errorKinds).map(([code, { status }]) => [code, status]);
  t.strictSame(entries.sort(), kinds.sort());
});

t.test('every deviation from the recordings is a listed difference', async (t) => {
  const listed = new Set([...read('docs/differences.md').matchAll(/^\| (D\d+) \|/gm)].map(([, number]) => number));
  const deviations = JSON.parse(read('.ci/golden-deviations.json'));
  for (const { reason, scenario, path } of deviations) t.ok(listed.has(reason), `${reason}: ${scenario} ${path}`);
});

t.test('each difference has a unique number', async (t) => {
  const numbers = [...read('docs/differences.md').matchAll(/^\| (D\d+) \|/gm)].map(([, number]) => number);
  t.strictSame(
    numbers.filter((number, index) => numbers.indexOf(number) !== index),
    [],
  );
});

t.test('the decision records are numbered without gaps', async (t) => {
  const numbers = readdirSync(join(root, 'docs/decisions')).map((name) =>
    Number(/^(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1]),
  );
  t.strictSame(
    numbers.sort((a, b) => a - b),
    numbers.map((_, index) => index + 1),
    relative(root, 'docs/decisions'),
  );
});
