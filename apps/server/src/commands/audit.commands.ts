// `audit …`.
import type { Command } from '@commander-js/extra-typings';
import { readConfig } from '../config.ts';
import type { CommandContext } from './command-context.ts';

export const addAuditCommands = (program: Command, context: CommandContext): void => {
  const audit = program.command('audit').description('Read and verify the audit table.');
  audit
    .command('verify')
    .summary('Verify the audit table.')
    .description('Verify the audit table, directly on the stores. The exit code is 1 if anything was changed.')
    .option('--checkpoint <file>', 'Also find events that are missing at the end, with this checkpoint.')
    .action(async ({ checkpoint }) => {
      const { auditVerify } = await import('./audit.ts');
      context.exitCode = await auditVerify(readConfig(context.environment), checkpoint ?? null, context.write);
    });
  audit
    .command('checkpoint')
    .summary('Print a checkpoint of the audit table.')
    .description(
      'Print a checkpoint of the audit table, to keep outside of the database. Works directly on the stores.',
    )
    .action(async () => {
      const { auditCheckpoint } = await import('./audit.ts');
      context.exitCode = await auditCheckpoint(readConfig(context.environment), context.write);
    });
};
