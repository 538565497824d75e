// examples/login-consent-hono in a real browser, on SQLite.
import t from 'tap';
import { launchBrowser } from '../support/browser.ts';
import { checkEnvironment } from './support/environment.ts';
import { hono } from './support/example-pages.ts';
import { checkPages } from './support/flows.ts';

const given = { browser: await launchBrowser(t), example: hono, settings: {} };

await checkPages(t, given);
await checkEnvironment(t, given);
