// Opens the stores for a command that runs once, and closes them afterwards.
import type { System } from '@claviger/core';
import { nodeSystem } from '@claviger/core/node';
import type { Config } from '../config.ts';
import { StorePreparation } from '../stores/store-preparation.ts';
import { systemSecretsOf } from '../system-secret.ts';
import { CommandError, exitCodes } from './command-context.ts';

/** Standard output is the answer of a command, so it writes no log. */
export const silentLog = { level: 'silent', info: () => undefined, error: () => undefined };

export interface CommandStores {
  /** To be closed. */
  readonly opened: StorePreparation;
  readonly system: System;
}

/** Throws, with the problem of each port, if a store cannot be used. Nothing stays open then. */
export const openCommandStores = async (config: Config): Promise<CommandStores> => {
  const { systemSecrets } = await systemSecretsOf(config);
  const [systemSecret, ...previousSecrets] = systemSecrets;
  const opened = new StorePreparation(config);
  try {
    await Promise.race([opened.run(silentLog), opened.attempted]);
    if (opened.isDone) return { opened, system: nodeSystem({ systemSecret, previousSecrets }) };
    const problems = Object.entries(opened.problems()).map(([port, problem]) => `${port}: ${problem}`);
    throw new CommandError(problems.join('\n'), exitCodes.unreachable);
  } catch (error) {
    await opened.close();
    throw error;
  }
};

export const withStores = async (
  config: Config,
  use: (opened: StorePreparation, system: System) => Promise<number>,
): Promise<number> => {
  const { opened, system } = await openCommandStores(config);
  try {
    return await use(opened, system);
  } finally {
    await opened.close();
  }
};
