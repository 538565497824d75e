// Writes docs/settings.md from the compiled table of settings.
import { writeFileSync } from 'node:fs';
import { settingsPage } from '../apps/server/dist/src/config/settings-page.js';

writeFileSync(new URL('../docs/settings.md', import.meta.url), settingsPage());
