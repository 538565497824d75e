// docs/log-lines.md lists every line that is logged: the page follows the tables, and the sources log nothing else.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { findLogLine } from '../src/log-lines.ts';
import { logLinesPage } from '../src/log-lines-page.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

t.test('docs/log-lines.md is what the tables say', async (t) => {
  t.equal(readFileSync(join(root, 'docs/log-lines.md'), 'utf8'), logLinesPage(), 'otherwise: npm run pages');
});

t.test('every message in the sources is in a table', async (t) => {
  const folders = [
    'packages/core/src',
    'packages/http/src',
    'packages/adapters-sql/src',
    'packages/adapters-redis/src',
  ];
  const files = [...folders, 'apps/server/src'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => join(root, folder, String(name))),
  );
  // A call of a logger up to the end of its statement: the message is its last text, or a name from a table.
  const call =
    /\b(?:log(?:\(\))?|output\(\)|console)\.(?:trace|debug|info|warn|error|fatal|log)\(([\s\S]*?)\)(?=;|,\n|\n|\))/g;
  let calls = 0;
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    for (const [, given = ''] of readFileSync(file, 'utf8').matchAll(call)) {
      calls += 1;
      if (/LogLines\.\w+\.message,?\s*$/.test(given)) continue;
      const texts = [...given.matchAll(/'([^']+)'|`([^`]+)`/g)].map(([, plain, template]) => plain ?? template ?? '');
      const message = texts.at(-1)?.replaceAll(/\$\{[^}]*\}/g, 'x');
      t.ok(message !== undefined && findLogLine(message), `${file}: ${given}`);
    }
  }
  t.ok(calls > 15, 'the calls are found');
});
