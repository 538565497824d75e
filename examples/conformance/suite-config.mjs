// Prints the suite's configuration for a server that start.mjs starts with the same variables. suite.json is what it prints
// without any: node examples/conformance/suite-config.mjs > suite.json
import { pathToFileURL } from 'node:url';
import { callback, clients, issuer } from './settings.mjs';

/** The suite matches these against whole URLs, and an authorization request contains the redirect URI. */
const authorize = `${issuer}oauth2/auth*`;
const login = `${issuer}dev/login*`;

/** The sixth word uploads the page as the screenshot that the module asks for. */
const screenshot = (text) => ['wait', 'xpath', '//*', 10, text, 'update-image-placeholder'];

const logIn = {
  task: 'Log in',
  optional: true,
  match: login,
  commands: [
    ['text', 'name', 'user_name', 'conformance-user'],
    ['click', 'id', 'remember'],
    ['click', 'class', 'main'],
  ],
};

const consent = {
  task: 'Consent',
  optional: true,
  match: `${issuer}dev/consent*`,
  commands: [
    ['click', 'id', 'remember'],
    ['click', 'class', 'main'],
  ],
};

const backAtTheSuite = {
  task: 'Back at the suite',
  optional: true,
  match: `${callback}*`,
  commands: [['wait', 'id', 'submission_complete', 10]],
};

const usual = { match: `${issuer}*`, tasks: [logIn, consent, backAtTheSuite] };

const logInWithScreenshot = { ...logIn, optional: false, commands: [screenshot('User name'), ...logIn.commands] };

/** The page is on the authorize URL itself. */
const errorPage = {
  browser: [
    {
      match: authorize,
      tasks: [{ task: 'Error page', match: authorize, commands: [screenshot('This request cannot be continued')] }],
    },
  ],
};

const loginPage = { browser: [{ ...usual, tasks: [logInWithScreenshot, consent, backAtTheSuite] }] };

/** The first request logs in as usual, the second one must ask again. */
const secondLogin = {
  browser: [
    { ...usual, 'match-limit': 1 },
    { ...usual, tasks: [logInWithScreenshot, consent, backAtTheSuite] },
  ],
};

const accounts = Object.fromEntries(
  Object.entries(clients).map(([name, { id, secret }]) => [name, { client_id: id, client_secret: secret }]),
);

export const suiteConfig = {
  alias: 'claviger',
  description: 'Claviger, examples/conformance',
  server: { discoveryUrl: `${issuer}.well-known/openid-configuration`, login_hint: 'conformance-user' },
  ...accounts,
  browser: [usual],
  override: {
    'oidcc-ensure-registered-redirect-uri': errorPage,
    'oidcc-ensure-redirect-uri-in-authorization-request': errorPage,
    'oidcc-redirect-uri-query-mismatch': errorPage,
    'oidcc-redirect-uri-query-added': errorPage,
    'oidcc-registration-logo-uri': loginPage,
    'oidcc-registration-policy-uri': loginPage,
    'oidcc-registration-tos-uri': loginPage,
    'oidcc-prompt-login': secondLogin,
    'oidcc-max-age-1': secondLogin,
  },
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(JSON.stringify(suiteConfig, null, 2));
}
