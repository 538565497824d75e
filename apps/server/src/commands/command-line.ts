// What the words after the program's name ask for.

export type Command =
  | { readonly name: 'serve' }
  | { readonly name: 'migrate up'; readonly dryRun: boolean }
  | { readonly name: 'migrate status' }
  | { readonly name: 'reseal' }
  | { readonly name: 'version' }
  | { readonly name: 'help' };

/** Its message says what was wrong; the help says what is right. */
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
  if (text === 'migrate') throw new UsageError('migrate needs a word more: up or status.');
  throw new UsageError(`There is no command "${text}".`);
};

export const help = `Claviger, an OAuth 2.0 and OpenID Connect server.

  serve                  Serves; what happens without any command, too.
  migrate status         Tells which migrations each database has and lacks. Exit code 1 when it lacks any.
  migrate up             Brings the schema of each database up to date.
  migrate up --dry-run   Prints the SQL of that, and changes nothing.
  reseal                 Seals stored keys and client secrets with the newest system secret.
  version                Prints the version.
  help                   Prints this.

Settings are environment variables: see docs/settings.md.
Exit codes: 0 done, or stopped by a signal; 1 failed; 2 misconfigured, or misspelt.
`;
