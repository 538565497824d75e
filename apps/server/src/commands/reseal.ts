// `reseal`: seals keys and client secrets with the newest system secret. Can run while nodes serve requests.
import type { Config } from '../config.ts';
import { withProvider } from './with-provider.ts';

/** Resolves to the exit code: 1 if a value cannot be opened with any configured secret. */
export const reseal = (config: Config, write: (text: string) => void): Promise<number> =>
  withProvider(config, async ({ admin }) => {
    const { keys, clients, unreadable } = await admin.reseal();
    write(`Encrypted again with the first system secret: ${keys} keys, ${clients} client secrets.\n`);
    if (unreadable.length === 0) {
      write('All keys and client secrets are now encrypted with it. They no longer need the older system secrets.\n');
      return 0;
    }
    write('No secret in CLAVIGER_SYSTEM_SECRET decrypts these:\n');
    for (const what of unreadable) write(`  ${what}\n`);
    return 1;
  });
