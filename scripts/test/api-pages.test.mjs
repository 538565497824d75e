// The pages about the HTTP APIs are up to date.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { apiPages } from '../api-pages.mjs';

t.test('the pages about the APIs are what the routes declare (npm run pages)', async (t) => {
  for (const [path, text] of Object.entries(await apiPages()))
    t.equal(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'), text, path);
});
