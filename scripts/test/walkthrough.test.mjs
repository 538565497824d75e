// The walkthrough follows the code: each file of its tables is reached from a file of an earlier row.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const read = (path) => readFileSync(join(root, path), 'utf8');
const wiring = 'packages/core/src/create-provider.ts';

/** The tables of the page, by heading: the files of their rows, in order. */
const tables = read('docs/walkthrough.md')
  .split(/^## /m)
  .slice(1)
  .map((section) => ({
    heading: section.split('\n', 1)[0],
    files: [...section.matchAll(/^\| \d+ \| \[[^\]]+\]\(\.\.\/([^)]+)\)/gm)].map(([, path]) => path),
  }));

const importsOf = (path) =>
  [...read(path).matchAll(/from '([^']+)'/g)].map(([, target]) =>
    target.startsWith('.') ? normalize(join(dirname(path), target)) : target,
  );

/** Names that a file declares for others. */
const exportsOf = (path) =>
  [...read(path).matchAll(/^export (?:interface|type|class) (\w+)/gm)].map(([, name]) => name);

/**
 * A file is reached by an import of an earlier row. Three steps have none: from the routes into core, which the wiring file
 * makes; from a shared step to what is plugged into it, which imports the step's type; and from a port to its store, which
 * implements it. A route begins another request, so nothing leads to it.
 */
const isReached = (path, earlier) => {
  if (earlier.some((other) => importsOf(other).includes(path))) return true;
  if (path.endsWith('.route.ts')) return true;
  const isWired = importsOf(wiring).includes(path);
  if (isWired && earlier.some((other) => importsOf(path).includes(other))) return true;
  if (isWired && earlier.every((other) => other.startsWith('packages/http/'))) return true;
  return earlier.some((other) => exportsOf(other).some((name) => new RegExp(`implements ${name}\\b`).test(read(path))));
};

t.test('every file of the walkthrough exists and is reached from an earlier one', async (t) => {
  t.equal(tables.length, 3);
  for (const { heading, files } of tables) {
    t.ok(files.length > 10, heading);
    for (const [index, path] of files.entries()) {
      t.ok(existsSync(join(root, path)), path);
      if (index > 0) t.ok(isReached(path, files.slice(0, index)), `${heading}: row ${index + 1}, ${path}`);
    }
  }
});

t.test('the walkthrough is short', async (t) => {
  const lengths = tables.map(({ files }) => files.length);
  t.ok(lengths[0] <= 16, `client credentials: ${lengths[0]} files`);
  t.ok(lengths[1] <= 24, `authorization code: ${lengths[1]} files`);
});

t.test('a missing step is detected', async (t) => {
  const [{ files }] = tables;
  const without = files.filter((path) => !path.endsWith('/usecases/token/token-grants.ts'));
  const unreached = without.filter((path, index) => index > 0 && !isReached(path, without.slice(0, index)));
  t.ok(unreached.length > 0);
});
