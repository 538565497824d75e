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
  /** What discovery says. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** An address that discovery names. */
  endpoint(member: string): string;
  stop(): Promise<unknown>;
}

/** `settings`: CLAVIGER_… variables on top of the example's own. */
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
  // It removes its folder at the end, when it is asked to end.
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
