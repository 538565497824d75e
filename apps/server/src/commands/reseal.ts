// `reseal`: seals keys and client secrets with the newest system secret. Can run while nodes serve requests.
import { createProvider } from '@claviger/core';
import { nodeSystem } from '@claviger/core/node';
import type { Config } from '../config.ts';
import { StorePreparation } from '../stores/store-preparation.ts';
import { systemSecretsOf } from '../system-secret.ts';

const silent = { info: () => undefined, error: () => undefined };

/** Resolves to the exit code: 1 if a value cannot be opened with any configured secret. */
export const reseal = async (config: Config, write: (text: string) => void): Promise<number> => {
  const { systemSecrets } = await systemSecretsOf(config);
  const [systemSecret, ...previousSecrets] = systemSecrets;
  const preparation = new StorePreparation(config);
  try {
    await Promise.race([preparation.run(silent), preparation.attempted]);
    const problems = Object.entries(preparation.problems());
    if (!preparation.isDone) throw new Error(problems.map(([port, problem]) => `${port}: ${problem}`).join('\n'));
    const { admin } = createProvider({
      issuer: config.issuer,
      stores: preparation.stores,
      ui: config.pages,
      system: nodeSystem({ systemSecret, previousSecrets }),
      settings: config.settings,
    });
    const { keys, clients, unreadable } = await admin.reseal();
    write(`Encrypted again with the first system secret: ${keys} keys, ${clients} client secrets.\n`);
    if (unreadable.length === 0) {
      write('All keys and client secrets are now encrypted with it. They no longer need the older system secrets.\n');
      return 0;
    }
    write('No secret in CLAVIGER_SYSTEM_SECRET decrypts these:\n');
    for (const what of unreadable) write(`  ${what}\n`);
    return 1;
  } finally {
    await preparation.close();
  }
};
