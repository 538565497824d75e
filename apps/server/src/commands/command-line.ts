// Parses the command line.

export type Command =
  | { readonly name: 'serve' }
  | { readonly name: 'migrate up'; readonly dryRun: boolean }
  | { readonly name: 'migrate status' }
  | { readonly name: 'reseal' }
  | { readonly name: 'audit checkpoint' }
  /** `checkpoint`: a file. null for the checkpoint in the database. */
  | { readonly name: 'audit verify'; readonly checkpoint: string | null }
  | { readonly name: 'version' }
  | { readonly name: 'help' };

/** Its message says what is wrong. The help shows the right form. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const commands: Readonly<Record<string, Command>> = {
  '': { name: 'serve' },
  serve: { name: 'serve' },
  'migrate up': { name: 'migrate up', dryRun: false },
  'migrate up --dry-run': { name: 'migrate up', dryRun: true },
  'migrate --dry-run up': { name: 'migrate up', dryRun: true },
  'migrate status': { name: 'migrate status' },
  reseal: { name: 'reseal' },
  'audit checkpoint': { name: 'audit checkpoint' },
  'audit verify': { name: 'audit verify', checkpoint: null },
  version: { name: 'version' },
  '--version': { name: 'version' },
  help: { name: 'help' },
  '--help': { name: 'help' },
  '-h': { name: 'help' },
};

/** Throws UsageError. */
export const parseCommandLine = (words: readonly string[]): Command => {
  const text = words.join(' ');
  if (Object.hasOwn(commands, text) && commands[text]) return commands[text];
  const [first, second, option, file] = words;
  if (first === 'audit' && second === 'verify' && option === '--checkpoint' && words.length === 4 && file) {
    return { name: 'audit verify', checkpoint: file };
  }
  if (first === 'audit')
    throw new UsageError('audit needs a subcommand: verify, verify --checkpoint FILE, or checkpoint.');
  if (text === 'migrate') throw new UsageError('migrate needs a subcommand: up or status.');
  throw new UsageError(`Unknown command "${text}".`);
};

export const help = `Claviger, an OAuth 2.0 and OpenID Connect server.

  serve                  Start the server. The default command.
  migrate status         List applied and missing migrations of each database. Exit code 1 if any are missing.
  migrate up             Apply the missing migrations to each database.
  migrate up --dry-run   Print the SQL of "migrate up" without running it.
  reseal                 Encrypt stored keys and client secrets again with the first system secret.
  audit checkpoint       Print a checkpoint of the audit table, to keep outside of the database.
  audit verify           Verify the audit table. Exit code 1 if anything was changed.
  audit verify --checkpoint FILE
                         The same, and find events that are missing at the end.
  version                Print the version.
  help                   Print this help.

Settings are environment variables: see docs/settings.md.
Exit codes: 0 success, or stopped by a signal; 1 failure; 2 wrong settings or command line.
`;
