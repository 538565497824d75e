// A provider directly on the stores, for a command that runs once. Its events go to the audit table.
import { createProvider, type Provider } from '@claviger/core';
import { AuditTrail } from '../audit/audit-trail.ts';
import type { Config } from '../config.ts';
import { openCommandStores, silentLog } from './with-stores.ts';

export interface CommandProvider {
  readonly provider: Provider;
  readonly audit: AuditTrail;
  /** Writes the waiting audit events, and closes the stores. */
  close(): Promise<void>;
}

/** Rejects with CommandError if a store cannot be used. */
export const openCommandProvider = async (config: Config): Promise<CommandProvider> => {
  const { opened, system } = await openCommandStores(config);
  const provider: Provider = createProvider({
    issuer: config.issuer,
    stores: opened.stores,
    ui: config.pages,
    system,
    settings: config.settings,
    events: { record: (event) => audit.record(event) },
  });
  const audit = new AuditTrail({
    config: config.audit,
    system,
    log: () => silentLog,
    fingerprintSubject: provider.fingerprintSubject,
  });
  if (opened.audit && config.audit.table) audit.open(opened.audit);
  return {
    provider,
    audit,
    close: async () => {
      await audit.close();
      await opened.close();
    },
  };
};

export const withProvider = async (config: Config, use: (provider: Provider) => Promise<number>): Promise<number> => {
  const { provider, close } = await openCommandProvider(config);
  try {
    return await use(provider);
  } finally {
    await close();
  }
};
