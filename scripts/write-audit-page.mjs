// Writes the list of events into docs/audit.md from the compiled table of events.
import { readFileSync, writeFileSync } from 'node:fs';
import { withEventsTable } from '../apps/server/dist/src/audit/audit-events-table.js';

const page = new URL('../docs/audit.md', import.meta.url);
writeFileSync(page, withEventsTable(readFileSync(page, 'utf8')));
