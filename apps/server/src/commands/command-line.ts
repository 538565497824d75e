// The command line as one tree of commands. Parsing, help, completion and docs/cli.md come from it.
import { Command } from '@commander-js/extra-typings';
import { version } from '../version.ts';
import { addAdminKeyCommands } from './admin-keys.commands.ts';
import { addAuditCommands } from './audit.commands.ts';
import { addClientCommands } from './clients.commands.ts';
import type { CommandContext } from './command-context.ts';
import { addConfigCommands } from './config.commands.ts';
import { addDeclarationCommands } from './declarations.commands.ts';
import { addKeyCommands } from './keys.commands.ts';
import { addServerCommands } from './server.commands.ts';
import { addSessionCommands } from './sessions.commands.ts';
import { addTokenCommands } from './token.commands.ts';
import { addToolCommands } from './tools.commands.ts';

const introduction = 'Claviger, an OAuth 2.0 and OpenID Connect server.';

const ending = `
Without a command, the server starts. Settings are environment variables: see docs/settings.md.

Exit codes: 0 success, or stopped by a signal; 1 failed or refused; 2 wrong command line or settings;
3 server or store unreachable; 4 admin key missing, unknown or without the scope; 5 "plan" found changes.`;

/** Parsing throws CommanderError for help and for a wrong command line, after writing the text for it. */
export const buildCommandLine = (context: CommandContext): Command => {
  const program = new Command('claviger')
    .description(introduction)
    .version(version, '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Show help for a command.')
    .helpCommand('help [command]', 'Show help for a command.')
    .showHelpAfterError('Run it with --help to see its options.')
    .addHelpText('after', ending)
    .configureOutput({
      writeOut: context.write,
      writeErr: (text) => context.note(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: (\w)/, (_, first: string) => first.toUpperCase())),
    })
    .exitOverride();
  addServerCommands(program, context);
  addClientCommands(program, context);
  addKeyCommands(program, context);
  addSessionCommands(program, context);
  addTokenCommands(program, context);
  addAdminKeyCommands(program, context);
  addAuditCommands(program, context);
  addConfigCommands(program, context);
  addToolCommands(program, context);
  addDeclarationCommands(program, context);
  return program;
};
