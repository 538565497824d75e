// examples/login-consent-hono in a real browser, on SQLite.
import t from 'tap';
import { launchBrowser } from '../support/browser.ts';
import { hono } from './support/example-pages.ts';
import { checkPages } from './support/flows.ts';

await checkPages(t, { browser: await launchBrowser(t), example: hono, settings: {} });
