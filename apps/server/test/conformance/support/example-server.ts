// The server of examples/conformance, started as its README says.
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../support/free-port.ts';
import { type Cleanup, runProgram } from '../../support/start-server.ts';
import { laxFetch, readJson } from './lax-fetch.ts';

// From the compiled test.
const script = fileURLToPath(new URL('../../../../../../examples/conformance/start.mjs', import.meta.url));

export interface ExampleServer {
  readonly issuer: string;
  readonly adminUrl: string;
  /** The discovery document. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** A URL from the discovery document. */
  endpoint(member: string): string;
  stop(): Promise<unknown>;
}

/** `settings`: CLAVIGER_… variables in addition to those of the example. */
export const startExample = async (
  t: Cleanup,
  settings: Readonly<Record<string, string>> = {},
): Promise<ExampleServer> => {
  const [port = 0, publicPort = 0, adminPort = 0] = await freePorts(3);
  const server = runProgram(t, [process.execPath, script], {
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_PORT: String(publicPort),
    ADMIN_PORT: String(adminPort),
    CLAVIGER_LOG_LEVEL: 'error',
    ...settings,
  });
  // The example removes its folder when it is asked to stop.
  t.teardown(() => server.kill('SIGTERM'));
  let ended = false;
  server.exited.then(
    () => {
      ended = true;
    },
    () => undefined,
  );
  for (let tries = 0; !server.output().includes('The issuer for the suite'); tries++) {
    if (ended || tries > 1200) throw new Error(`The example did not start:\n${server.output()}`);
    await sleep(50);
  }
  const issuer = `https://127.0.0.1:${port}/`;
  const metadata = await readJson(await laxFetch(`${issuer}.well-known/openid-configuration`));
  return {
    issuer,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    metadata,
    stop: () => server.kill('SIGTERM'),
    endpoint(member) {
      const address = metadata[member];
      if (typeof address !== 'string') throw new Error(`Discovery names no ${member}.`);
      return address;
    },
  };
};
