// docs/conformance.md names every module of the plans with the test that checks the same rules, and nothing else.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { allModules, modulesByFile } from './all-modules.ts';
import { type Entry, plans } from './plans.ts';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
const folder = 'apps/server/test/conformance';

const entriesOf: Readonly<Record<string, readonly Entry[]>> = plans;

/** What the suite itself counts (version 5.2.4), for each of the response types of oidcc-dynamic. */
const counts: Readonly<Record<string, number>> = {
  'oidcc-basic': 38,
  'oidcc-implicit': 58,
  'oidcc-hybrid': 102,
  'oidcc-config': 1,
  'oidcc-dynamic': 2 * 23,
  'oidcc-formpost-basic': 38,
  'oidcc-formpost-implicit': 58,
  'oidcc-formpost-hybrid': 102,
  'oidcc-3rdparty-init-login': 2,
};

const namesOf = (plan: string): readonly string[] => (entriesOf[plan] ?? []).flatMap(({ modules }) => modules);

const plansOf = (module: string): string =>
  Object.keys(plans)
    .filter((plan) => namesOf(plan).includes(module))
    .map((plan) => plan.slice('oidcc-'.length))
    .join(', ');

/** The expected table. */
const rows = Object.entries(modulesByFile).flatMap(([file, modules]) =>
  modules.map(
    ({ name, requirement }) =>
      `| \`${name}\` | ${plansOf(name)} | ${requirement} | [${file.slice('modules/'.length)}](../${folder}/${file}) |`,
  ),
);

t.test('each plan has as many modules as in the suite', async (t) => {
  t.strictSame(Object.fromEntries(Object.keys(plans).map((plan) => [plan, namesOf(plan).length])), counts);
  const distinct = new Set(Object.keys(plans).flatMap(namesOf));
  t.equal(distinct.size, 60);
  t.strictSame(
    [...distinct].sort(),
    [...allModules.keys()].sort(),
    'each module has a test, and each test has a module',
  );
});

t.test('each plan is run by a test file of its name', async (t) => {
  for (const plan of Object.keys(plans)) {
    const file = `${root}${folder}/${plan}.test.ts`;
    t.ok(existsSync(file), plan);
    t.match(readFileSync(file, 'utf8'), `runPlan(t, '${plan}')`);
  }
});

t.test('docs/conformance.md has the expected table', async (t) => {
  const text = readFileSync(`${root}docs/conformance.md`, 'utf8');
  t.strictSame(text.match(/^\| `oidcc-.*\|$/gm), rows, `\n${rows.join('\n')}\n`);
});

t.test('each module is in the file that the table links to', async (t) => {
  for (const [file, modules] of Object.entries(modulesByFile)) {
    const text = readFileSync(`${root}${folder}/${file}`, 'utf8');
    for (const { name } of modules) t.ok(text.includes(`'${name}'`), name);
  }
});
