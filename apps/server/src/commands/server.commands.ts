// The commands that run and maintain the server on this machine.
import type { Command } from '@commander-js/extra-typings';
import { readConfig, readStoresConfig } from '../config.ts';
import { version } from '../version.ts';
import type { CommandContext } from './command-context.ts';

export const addServerCommands = (program: Command, context: CommandContext): void => {
  program
    .command('serve')
    .summary('Start the server.')
    .description('Start the server. It runs until SIGTERM or SIGINT.')
    .action(async () => {
      const { serve } = await import('./serve.ts');
      context.exitCode = await serve(readConfig(context.environment));
    });

  const migrate = program.command('migrate').description('Show and apply migrations of the databases.');
  migrate
    .command('status')
    .description('List applied and missing migrations of each database. The exit code is 1 if any are missing.')
    .action(async () => {
      const { migrateStatus } = await import('./migrate.ts');
      context.exitCode = await migrateStatus(readStoresConfig(context.environment), context.write);
    });
  migrate
    .command('up')
    .description('Apply the missing migrations to each database.')
    .option('--dry-run', 'Print the SQL without running it.')
    .action(async ({ dryRun }) => {
      const { migrateUp, migrateUpDryRun } = await import('./migrate.ts');
      const run = dryRun ? migrateUpDryRun : migrateUp;
      context.exitCode = await run(readStoresConfig(context.environment), context.write);
    });

  program
    .command('reseal')
    .summary('Encrypt stored keys and client secrets again.')
    .description(
      'Encrypt stored keys and client secrets again with the first system secret. The exit code is 1 if one of them cannot be decrypted with any configured secret.',
    )
    .action(async () => {
      const { reseal } = await import('./reseal.ts');
      context.exitCode = await reseal(readConfig(context.environment), context.write);
    });

  program
    .command('version')
    .description('Print the version.')
    .action(() => context.write(`${version}\n`));
};
