// Writes the generated pages of docs from what they describe, which is compiled before. Tests compare each page with it.
import { readFileSync, writeFileSync } from 'node:fs';
import { withEventsTable } from '../apps/server/dist/src/audit/audit-events-table.js';
import { cliPage } from '../apps/server/dist/src/commands/cli-page.js';
import { settingsPage } from '../apps/server/dist/src/config/settings-page.js';
import { declarationsSchema } from '../apps/server/dist/src/declarations/schema.js';
import { logLinesPage } from '../apps/server/dist/src/log-lines-page.js';
import { metricsPage } from '../apps/server/dist/src/telemetry/metrics-page.js';
import { apiPages } from './api-pages.mjs';

const urlOf = (path) => new URL(`../${path}`, import.meta.url);

const pages = {
  ...(await apiPages()),
  'docs/audit.md': withEventsTable(readFileSync(urlOf('docs/audit.md'), 'utf8')),
  'docs/cli.md': cliPage(),
  'docs/log-lines.md': logLinesPage(),
  'docs/metrics.md': metricsPage(),
  'docs/settings.md': settingsPage(),
  'deploy/declarations.schema.json': `${JSON.stringify(declarationsSchema(), null, 2)}\n`,
};

for (const [path, text] of Object.entries(pages)) writeFileSync(urlOf(path), text);
