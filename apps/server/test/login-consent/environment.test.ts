// The login and consent examples with other settings, an admin API that requires a key, and a server that stops.
import t from 'tap';
import { launchBrowser } from '../support/browser.ts';
import { checkEnvironment } from './support/environment.ts';
import { express, hono } from './support/example-pages.ts';

const browser = await launchBrowser(t);

for (const example of [express, hono]) {
  t.test(example.name, (t) => checkEnvironment(t, { browser, example, settings: {} }));
}
