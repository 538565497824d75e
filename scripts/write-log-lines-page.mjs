// Writes docs/log-lines.md from the compiled tables of log lines.
import { writeFileSync } from 'node:fs';
import { logLinesPage } from '../apps/server/dist/src/log-lines-page.js';

writeFileSync(new URL('../docs/log-lines.md', import.meta.url), logLinesPage());
