// One of the login and consent examples, started as its README says, and a server that uses its pages.
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../support/free-port.ts';
import { type Cleanup, runProgram, startServer, type TestServer } from '../../support/start-server.ts';

/** From the compiled test to the root of the repository. */
const root = new URL('../../../../../../', import.meta.url);

export interface Example {
  readonly name: string;
  /** The file that its README starts, below `examples`. */
  readonly main: string;
  /** Whether it protects its forms with a cookie. */
  readonly setsCookie: boolean;
}

export const express: Example = { name: 'login-consent', main: 'login-consent/app.mjs', setsCookie: true };

export const hono: Example = {
  name: 'login-consent-hono',
  main: 'login-consent-hono/dist/src/main.js',
  setsCookie: false,
};

export interface ServerWithPages {
  readonly server: TestServer;
  /** Base URL of the pages, without a trailing slash. */
  readonly pagesUrl: string;
  /** What the pages printed. */
  pagesOutput(): string;
}

export interface PagesOptions {
  /** Of the server. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Environment of the pages, in addition to the address of the admin API. */
  readonly pages?: (server: TestServer) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
}

const startPages = async (t: Cleanup, { main }: Example, environment: Readonly<Record<string, string>>) => {
  const script = fileURLToPath(new URL(`examples/${main}`, root));
  const pages = runProgram(t, [process.execPath, script], environment);
  let ended = false;
  pages.exited.then(
    () => {
      ended = true;
    },
    () => undefined,
  );
  for (let tries = 0; !pages.output().includes('Pages on http'); tries++) {
    if (ended || tries > 1200) throw new Error(`The example did not start:\n${pages.output()}`);
    await sleep(50);
  }
  return pages;
};

export const startServerWithPages = async (
  t: Cleanup,
  example: Example,
  { settings = {}, pages = () => ({}) }: PagesOptions = {},
): Promise<ServerWithPages> => {
  const [port = 0] = await freePorts(1);
  const pagesUrl = `http://127.0.0.1:${port}`;
  const server = await startServer(t, {
    settings: {
      CLAVIGER_LOGIN_URL: `${pagesUrl}/login`,
      CLAVIGER_CONSENT_URL: `${pagesUrl}/consent`,
      CLAVIGER_ERROR_URL: `${pagesUrl}/error`,
      CLAVIGER_LOGOUT_REDIRECT_URL: `${pagesUrl}/logged-out`,
      ...settings,
    },
  });
  const running = await startPages(t, example, {
    PORT: String(port),
    CLAVIGER_ADMIN_URL: server.adminUrl,
    ...(await pages(server)),
  });
  return { server, pagesUrl, pagesOutput: running.output };
};
