// Prints the release notes of a version, which are its section of CHANGELOG.md: `node scripts/release-notes.mjs 0.2.0`. Without a version, prints
// those of what is not released yet. Exit code 1 if the changelog has no such section, or an empty one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const version = process.argv[2] ?? 'Unreleased';
const [, ...sections] = readFileSync(join(import.meta.dirname, '..', 'CHANGELOG.md'), 'utf8').split(/^## /m);
// Keep a Changelog: `[0.2.0] - 2026-01-31`, or `[Unreleased]`.
const section = sections.find((text) => text.startsWith(`[${version}]`));
const notes = section?.slice(section.indexOf('\n')).trim() ?? '';
if (notes === '') {
  process.stderr.write(`CHANGELOG.md has no notes of ${version}.\n`);
  process.exitCode = 1;
} else process.stdout.write(`${notes}\n`);
