#!/usr/bin/env node
// The process: starts the server, and ends it when asked. Exit codes: 0 stopped by a signal, 1 failed, 2 misconfigured.
import { ConfigurationError, readConfig } from './config.ts';
import { type RunningServer, startServer } from './start.ts';

const fail = (error: unknown): never => {
  const isConfiguration = error instanceof ConfigurationError;
  const text =
    error instanceof Error ? (isConfiguration ? error.message : error.message || String(error)) : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(isConfiguration ? 2 : 1);
};

const stopOnSignals = (starting: Promise<RunningServer>): void => {
  let asked = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A second signal is from somebody who does not want to wait.
      if (asked) process.exit(1);
      asked = true;
      starting.then((server) => server.stop()).then(() => process.exit(0), fail);
    });
  }
};

// What the server writes is for its own user only.
process.umask(0o077);

try {
  const starting = startServer(readConfig(process.env), (text) => process.stdout.write(text));
  stopOnSignals(starting);
  await starting;
} catch (error) {
  fail(error);
}
