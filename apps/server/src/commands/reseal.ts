// `reseal`: seals keys and client secrets with the newest system secret. Can run while nodes serve requests.
import { createProvider, type Provider } from '@claviger/core';
import { nodeSystem } from '@claviger/core/node';
import { AuditTrail } from '../audit/audit-trail.ts';
import type { Config } from '../config.ts';
import { StorePreparation } from '../stores/store-preparation.ts';
import { systemSecretsOf } from '../system-secret.ts';

const silent = { level: 'silent', info: () => undefined, error: () => undefined };

/** Resolves to the exit code: 1 if a value cannot be opened with any configured secret. */
export const reseal = async (config: Config, write: (text: string) => void): Promise<number> => {
  const { systemSecrets } = await systemSecretsOf(config);
  const [systemSecret, ...previousSecrets] = systemSecrets;
  const preparation = new StorePreparation(config);
  try {
    await Promise.race([preparation.run(silent), preparation.attempted]);
    const problems = Object.entries(preparation.problems());
    if (!preparation.isDone) throw new Error(problems.map(([port, problem]) => `${port}: ${problem}`).join('\n'));
    const system = nodeSystem({ systemSecret, previousSecrets });
    const provider: Provider = createProvider({
      issuer: config.issuer,
      stores: preparation.stores,
      ui: config.pages,
      system,
      settings: config.settings,
      events: { record: (event) => audit.record(event) },
    });
    // Standard output is the answer of this command, so the event is only in the table.
    const audit = new AuditTrail({
      config: config.audit,
      system,
      log: () => silent,
      fingerprintSubject: provider.fingerprintSubject,
    });
    if (preparation.audit) audit.open(preparation.audit);
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
  } finally {
    await preparation.close();
  }
};
