// `audit verify` and `audit checkpoint`. Both can run while nodes serve requests.
import { readFile } from 'node:fs/promises';
import {
  type AuditCheckpoint,
  type AuditFault,
  type AuditStore,
  makeVerifyChains,
  makeWriteCheckpoint,
  type System,
} from '@claviger/core';
import { type Config, ConfigurationError } from '../config.ts';
import { withStores } from './with-stores.ts';

type Write = (text: string) => void;

/** Maximum number of faults that are printed. */
const mostPrinted = 1000;

const withTable = (config: Config, use: (store: AuditStore, system: System) => Promise<number>): Promise<number> =>
  withStores(config, async ({ audit }, system) => {
    if (!audit)
      throw new ConfigurationError(['There is no audit table, because the store of clients is not an SQL database.']);
    return use(audit, system);
  });

/** Prints the newest checkpoint as JSON, after writing one if anything has happened since. */
export const auditCheckpoint = (config: Config, write: Write): Promise<number> =>
  withTable(config, async (store, system) => {
    await makeWriteCheckpoint({ store, system })(0);
    const checkpoint = await store.latestCheckpoint();
    if (!checkpoint) {
      write('There are no audit events yet.\n');
      return 1;
    }
    write(`${JSON.stringify(checkpoint)}\n`);
    return 0;
  });

const explanations: Readonly<Record<AuditFault['kind'], string>> = {
  'not-genuine': 'not as the server wrote it (changed, swapped or added)',
  'unknown-key': 'sealed with a system secret that is not configured',
  removed: 'removed',
  'cut-off': 'removed from the end of the chain',
  unlinked: 'does not follow the event before it',
  'not-of-checkpoint': 'not the event that the checkpoint has in this place',
  returned: 'present, although retention removed it',
  'anchor-not-genuine': 'the anchor of the chain is not as the server wrote it',
  'checkpoint-not-genuine': 'the checkpoint is not as the server wrote it',
};

const lineOf = ({ kind, chain, from, to }: AuditFault): string => {
  const what = chain === '' ? `checkpoint ${from}` : `chain ${chain}, event ${from === to ? from : `${from} to ${to}`}`;
  return `${what}: ${explanations[kind]}\n`;
};

const readCheckpoint = async (file: string): Promise<AuditCheckpoint> => {
  const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof parsed !== 'object' || parsed === null || !('heads' in parsed) || !Array.isArray(parsed.heads)) {
    throw new Error(`${file} is not a checkpoint. "audit checkpoint" prints one.`);
  }
  return parsed as AuditCheckpoint;
};

/** `file`: a checkpoint that was kept outside the database. Resolves to 1 if verification finds a fault. */
export const auditVerify = (config: Config, file: string | null, write: Write): Promise<number> =>
  withTable(config, async (store, { mac }) => {
    const checkpoint = file === null ? await store.latestCheckpoint() : await readCheckpoint(file);
    const verification = makeVerifyChains({ store, mac })(checkpoint ?? null);
    let faults = 0;
    for (;;) {
      const next = await verification.next();
      if (next.done) {
        write(`${next.value.events} events in ${next.value.chains} chains, ${faults} faults.\n`);
        if (file === null)
          write('Compared with the checkpoint in the database. Use --checkpoint FILE to find a missing end.\n');
        return faults === 0 ? 0 : 1;
      }
      faults += 1;
      if (faults <= mostPrinted) write(lineOf(next.value));
    }
  });
