// `reseal`: seals keys and client secrets with the newest system secret. Can run while nodes serve requests.
import { createProvider, type Provider } from '@claviger/core';
import { AuditTrail } from '../audit/audit-trail.ts';
import type { Config } from '../config.ts';
import { silentLog, withStores } from './with-stores.ts';

/** Resolves to the exit code: 1 if a value cannot be opened with any configured secret. */
export const reseal = (config: Config, write: (text: string) => void): Promise<number> =>
  withStores(config, async (opened, system) => {
    const provider: Provider = createProvider({
      issuer: config.issuer,
      stores: opened.stores,
      ui: config.pages,
      system,
      settings: config.settings,
      events: { record: (event) => audit.record(event) },
    });
    // The event is only in the table.
    const audit = new AuditTrail({
      config: config.audit,
      system,
      log: () => silentLog,
      fingerprintSubject: provider.fingerprintSubject,
    });
    if (opened.audit && config.audit.table) audit.open(opened.audit);
    const { keys, clients, unreadable } = await provider.admin.reseal();
    await audit.close();
    write(`Encrypted again with the first system secret: ${keys} keys, ${clients} client secrets.\n`);
    if (unreadable.length === 0) {
      write('All keys and client secrets are now encrypted with it. They no longer need the older system secrets.\n');
      return 0;
    }
    write('No secret in CLAVIGER_SYSTEM_SECRET decrypts these:\n');
    for (const what of unreadable) write(`  ${what}\n`);
    return 1;
  });
