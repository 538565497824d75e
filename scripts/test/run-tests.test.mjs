// The report of run-tests.mjs about files that pass, fail, crash, hang, are empty or were not compiled.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = 'packages/sample/dist/test';

const runTests = (t, compiled, sources = Object.keys(compiled)) => {
  const tree = t.testdir({
    'package.json': '{ "type": "module" }',
    '.taprc': readFileSync(join(root, '.taprc'), 'utf8'),
  });
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  mkdirSync(join(tree, 'packages/sample/test'), { recursive: true });
  mkdirSync(join(tree, folder), { recursive: true });
  for (const name of sources) writeFileSync(join(tree, `packages/sample/test/${name}.test.ts`), '');
  for (const [name, text] of Object.entries(compiled)) writeFileSync(join(tree, folder, `${name}.test.js`), text);
  // This process is a child of tap. The inner tap must not treat itself as one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(_?TAP|NODE_OPTIONS)/.test(name)));
  const result = spawnSync(process.execPath, [join(root, 'scripts/run-tests.mjs')], {
    env: { ...env, TESTS_ROOT: tree },
    encoding: 'utf8',
  });
  return { status: result.status, lines: result.stdout.trimEnd().split('\n'), output: result.stdout };
};

const passing = "import t from 'tap';\nt.test('sums', async (t) => { t.equal(1 + 1, 2); t.equal(2 + 2, 4); });\n";

t.test('passing files get a line each, and the last line counts', async (t) => {
  const { status, lines } = runTests(t, { one: passing, two: passing });
  t.equal(status, 0);
  // Two files run at a time: either may be done first.
  const [one, two] = lines.slice(0, 2).sort();
  t.match(one, `ok      ${folder}/one.test.js`);
  t.match(two, `ok      ${folder}/two.test.js`);
  t.strictSame(lines.slice(-2), ['', '4 passed, 0 failed']);
});

t.test(
  'failures, crashes, time-outs, empty and uncompiled files each count as failed, with their reason',
  async (t) => {
    const { status, lines, output } = runTests(
      t,
      {
        crash: "import t from 'tap';\nthrow new Error('at import');\n",
        empty: "import t from 'tap';\n",
        hang: "import t from 'tap';\nt.test('waits', { timeout: 200 }, () => new Promise(() => setTimeout(() => {}, 1000)));\n",
        passing,
        skip: "import t from 'tap';\nt.pass('fine');\nt.test('later', { skip: true }, async () => {});\n",
        wrong: "import t from 'tap';\nt.test('sums', async (t) => t.equal(1 + 1, 3, 'one and one'));\n",
      },
      ['crash', 'empty', 'hang', 'passing', 'skip', 'wrong', 'uncompiled'],
    );
    t.equal(status, 1);
    for (const name of ['crash', 'empty', 'hang', 'wrong', 'uncompiled'])
      t.match(output, `FAILED  ${folder}/${name}.test.js`);
    t.match(output, 'no test in it ran');
    t.match(output, 'expired: waits');
    t.match(output, 'not ok 1 - one and one');
    t.notMatch(output, 'ok 1 - should be equal', 'passed assertions are not listed');
    t.match(lines.at(-1), /^3 passed, 5 failed, \d skipped$/);
  },
);

t.test('a run without any test fails', async (t) => {
  const { status, lines } = runTests(t, {});
  t.equal(status, 1);
  t.equal(lines.at(-1), '0 passed, 0 failed');
});

t.test('a compiled test whose source was deleted does not run', async (t) => {
  const { status, lines } = runTests(t, { kept: passing, deleted: 'throw new Error("stale");\n' }, ['kept']);
  t.equal(status, 0);
  t.equal(lines.at(-1), '2 passed, 0 failed');
});
