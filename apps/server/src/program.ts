// The process: runs one command. Exit codes: 0 done or stopped by a signal, 1 failed, 2 misconfigured or misspelt.
import { StoreUnavailable } from '@claviger/core';
import { type Command, help, parseCommandLine, UsageError } from './commands/command-line.ts';
import { makeCommandOutput } from './commands/command-output.ts';
import { ConfigurationError, readConfig, readStoresConfig } from './config.ts';
import { version } from './version.ts';

// A message that cannot be shown must not end the process.
process.stderr.on('error', () => undefined);

/** A command loads only the modules that it needs. A primary and `version`, for example, need no database driver. */
const run = async (words: readonly string[]): Promise<number> => {
  const command = parseCommandLine(words);
  if (command.name === 'serve') {
    const { serve } = await import('./commands/serve.ts');
    return serve(readConfig(process.env));
  }
  const output = makeCommandOutput(process.stdout);
  const code = await print(command, output.write);
  await output.flushed();
  return code;
};

const print = async (
  command: Exclude<Command, { readonly name: 'serve' }>,
  write: (text: string) => void,
): Promise<number> => {
  switch (command.name) {
    case 'migrate up': {
      const { migrateUp, migrateUpDryRun } = await import('./commands/migrate.ts');
      return (command.dryRun ? migrateUpDryRun : migrateUp)(readStoresConfig(process.env), write);
    }
    case 'migrate status': {
      const { migrateStatus } = await import('./commands/migrate.ts');
      return migrateStatus(readStoresConfig(process.env), write);
    }
    case 'reseal': {
      const { reseal } = await import('./commands/reseal.ts');
      return reseal(readConfig(process.env), write);
    }
    case 'audit checkpoint': {
      const { auditCheckpoint } = await import('./commands/audit.ts');
      return auditCheckpoint(readConfig(process.env), write);
    }
    case 'audit verify': {
      const { auditVerify } = await import('./commands/audit.ts');
      return auditVerify(readConfig(process.env), command.checkpoint, write);
    }
    case 'version':
      write(`${version}\n`);
      return 0;
    case 'help':
      write(help);
      return 0;
  }
};

const failure = (error: unknown): number => {
  const message = error instanceof Error ? error.message || String(error) : String(error);
  const text =
    error instanceof StoreUnavailable && error.cause instanceof Error ? `${message} ${error.cause.message}` : message;
  process.stderr.write(`${text}\n${error instanceof UsageError ? `\n${help}` : ''}`);
  return error instanceof ConfigurationError || error instanceof UsageError ? 2 : 1;
};

// Only the user of the server can read the files that it writes.
process.umask(0o077);
run(process.argv.slice(2))
  .catch(failure)
  .then((code) => process.exit(code));
