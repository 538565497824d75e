// examples/login-consent in a real browser, on SQLite.
import t from 'tap';
import { launchBrowser } from '../support/browser.ts';
import { checkEnvironment } from './support/environment.ts';
import { express } from './support/example-pages.ts';
import { checkPages } from './support/flows.ts';

const given = { browser: await launchBrowser(t), example: express, settings: {} };

await checkPages(t, given);
await checkEnvironment(t, given);
