// Looks for the phrases of prose-words.mjs in comments, strings and documents, everywhere in the repository except in the files
// listed below. `node scripts/check-prose.mjs [folder or file …]` checks only a part. Part of `npm run lint`.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { phrases } from './prose-words.mjs';

const root = process.env.PROSE_ROOT || join(dirname(fileURLToPath(import.meta.url)), '..');

const skippedFolders = new Set(['node_modules', 'dist', 'build', '.git', '.turbo', '.tap', '.claviger', 'results']);
const checked = /\.(ts|mjs|cjs|md|lua|sql|yml|yaml|json)$|\/\.ci\/run$/;
/** Files that must contain the phrases, or whose text is not ours to change. */
const exempt = new Set([
  'scripts/prose-words.mjs',
  'scripts/test/prose.test.mjs',
  'CONTRIBUTING.md', // It lists the phrases.
  'packages/adapters-sql/migrations/postgres/0001_first_schema.sql', // Released: a test pins its checksum.
  'pnpm-lock.yaml',
]);

function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skippedFolders.has(entry.name)) yield* filesUnder(path);
    } else if (checked.test(path)) yield path;
  }
}

const wanted = process.argv.slice(2);
const isWanted = (name) => wanted.length === 0 || wanted.some((part) => name === part || name.startsWith(`${part}/`));

/** What begins a line of a comment or quotation, and is not part of its sentence. */
const marker = /^\s*(?:\/\/+|\/?\*+|--|#|>)?\s*/;
/** What begins a line that does not continue the sentence above it: nothing, a list item, a heading, or a row of a table. */
const startsNew = /^(?:$|[-|] |#+ |\d+\. )/;

/** The text as one line for each paragraph, so that a line break does not hide a phrase, and where each of its lines begins. */
function paragraphsOf(text) {
  const starts = [];
  let joined = '';
  for (const line of text.split('\n')) {
    const words = line.replace(marker, '');
    if (joined !== '') joined += startsNew.test(words) ? '\n' : ' ';
    starts.push(joined.length);
    joined += words;
  }
  return { joined, starts };
}

const findings = [];
for (const path of filesUnder(root)) {
  const name = relative(root, path);
  if (exempt.has(name) || !isWanted(name)) continue;
  const { joined, starts } = paragraphsOf(readFileSync(path, 'utf8'));
  for (const { pattern, instead } of phrases) {
    for (const found of joined.matchAll(new RegExp(pattern, 'gi'))) {
      const line = starts.findLastIndex((start) => start <= found.index) + 1;
      findings.push({ name, line, text: `${name}:${line}: "${found[0]}". Write ${instead}.` });
    }
  }
}
findings.sort((a, b) => (a.name === b.name ? a.line - b.line : 0));

for (const { text } of findings) console.error(text);
if (findings.length > 0) {
  console.error(`\n${findings.length} phrases to rewrite. CONTRIBUTING.md has the rules.`);
  process.exitCode = 1;
}
