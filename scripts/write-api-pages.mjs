// Writes docs/admin-api.md and docs/http-api.md.
import { writeFileSync } from 'node:fs';
import { apiPages } from './api-pages.mjs';

for (const [path, text] of Object.entries(await apiPages()))
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
