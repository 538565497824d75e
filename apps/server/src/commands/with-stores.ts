// Opens the stores for a command that runs once, and closes them afterwards.
import type { System } from '@claviger/core';
import { nodeSystem } from '@claviger/core/node';
import type { Config } from '../config.ts';
import { StorePreparation } from '../stores/store-preparation.ts';
import { systemSecretsOf } from '../system-secret.ts';
import { CommandError, exitCodes } from './command-context.ts';

/** Standard output is the answer of a command, so it writes no log. */
export const silentLog = { level: 'silent', info: () => undefined, error: () => undefined };

/** Throws, with the problem of each port, if a store cannot be used. */
export const withStores = async (
  config: Config,
  use: (opened: StorePreparation, system: System) => Promise<number>,
): Promise<number> => {
  const { systemSecrets } = await systemSecretsOf(config);
  const [systemSecret, ...previousSecrets] = systemSecrets;
  const preparation = new StorePreparation(config);
  try {
    await Promise.race([preparation.run(silentLog), preparation.attempted]);
    const problems = Object.entries(preparation.problems());
    if (!preparation.isDone) {
      const text = problems.map(([port, problem]) => `${port}: ${problem}`).join('\n');
      throw new CommandError(text, exitCodes.unreachable);
    }
    return await use(preparation, nodeSystem({ systemSecret, previousSecrets }));
  } finally {
    await preparation.close();
  }
};
