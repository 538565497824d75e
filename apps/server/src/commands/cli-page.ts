// Makes docs/cli.md from the tree of commands. `npm run pages` writes the page, and a test compares it.
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { CommandContext } from './command-context.ts';
import { buildCommandLine } from './command-line.ts';

const intro = `# The command line

<!-- Written by \`npm run pages\` from apps/server/src/commands. Do not edit. -->

\`claviger\` runs the server and manages it. It is the \`bin\` of the package \`@claviger/server\`, and the [single binary](binary.md).
In a clone, call it with \`npx claviger\` after the first \`npm start\`. With the container image, put the command after the name of the image.

## How it reaches the server

Commands on clients, keys, consents, sessions, tokens, admin keys and audit events work in two ways, with the same checks and results:

- **Over the admin API.** \`--url\` names it, else \`CLAVIGER_ADMIN_URL\`, else the socket in \`CLAVIGER_ADMIN_SOCKET\`, else
  \`http://127.0.0.1:4445\`. \`--url unix:/run/claviger/admin.sock\` is a [Unix socket](admin-keys.md#unix-socket). If the API is
  [guarded](admin-keys.md), pass a key with \`--key-file\`, or in \`CLAVIGER_ADMIN_KEY\` or \`CLAVIGER_ADMIN_KEY_FILE\`. If there are several keys, the first is used. \`--key\` works too, but other users can see it in the list of processes. For a private certificate authority,
  set \`NODE_EXTRA_CA_CERTS\`. \`--cert\` and \`--cert-key\` are a [client certificate](admin-keys.md#client-certificates).
- **Directly on the stores**, with \`--direct\` and the [settings](settings.md) of the server. No server needs to run, and no key is
  needed: the settings contain the secrets. Changes appear in the audit table. Running nodes notice changed clients, just as they notice changes by other nodes.

\`token client\`, \`token user\` and \`token revoke\` act as an application, on the public listener. \`--issuer\` names it, else
\`CLAVIGER_ISSUER\`, else \`http://127.0.0.1:4444\`. The client is in \`--client\` and \`--secret-file\`, or in \`CLAVIGER_CLIENT_ID\`
and \`CLAVIGER_CLIENT_SECRET\`. The server ignores the variables that only the command line reads.

## Output

Results are on standard output: tables for people, \`--format json\` or \`--format yaml\` for programs, in the members of the
[admin API](admin-api.md). Progress and notes are on standard error. Secrets are shown only by the command that creates them.
Private halves of keys are never shown.

| Exit code | Meaning |
| --- | --- |
| 0 | Success, or the server was stopped by a signal. |
| 1 | The command failed, the server refused it, or a check found something. |
| 2 | The command line or the settings are not valid. |
| 3 | The server or a store cannot be reached. |
| 4 | The key of the admin API is missing or unknown, or lacks a scope. |
| 5 | \`plan\` found something to apply: see [clients from files](from-files.md). |

## Completion

\`\`\`sh
source <(claviger completion bash)
\`\`\`

For zsh, use \`source <(claviger completion zsh)\`; for fish, \`claviger completion fish | source\`.

## Commands
`;

/** Shown once for all commands that have them, so that each command lists only its own. */
const sharedOptions = new Set([
  '--url',
  '--key',
  '--key-file',
  '--cert',
  '--cert-key',
  '--direct',
  '--timeout',
  '--format',
]);

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

type CommandOption = CommandUnknownOpts['options'][number];

const meaningOf = ({ description, argChoices, defaultValue }: CommandOption): string => {
  const choices = argChoices ? ` One of ${argChoices.join(', ')}.` : '';
  const isShown = typeof defaultValue === 'string' || typeof defaultValue === 'number';
  return `${description}${choices}${isShown ? ` Default: ${defaultValue}.` : ''}`;
};

const tableOf = (first: string, rows: readonly (readonly [string, string])[]): readonly string[] =>
  rows.length === 0
    ? []
    : [`| ${first} | Meaning |`, '| --- | --- |', ...rows.map(([name, text]) => `| \`${name}\` | ${cell(text)} |`), ''];

const usageOf = (command: CommandUnknownOpts, path: string): string => {
  const names = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [path, ...(command.options.length > 0 ? ['[options]'] : []), ...names].join(' ');
};

const optionRows = (options: readonly CommandOption[]): readonly (readonly [string, string])[] =>
  options.map((option) => [option.flags, meaningOf(option)]);

const sectionOf = (command: CommandUnknownOpts, path: string): readonly string[] => {
  if (command.commands.length > 0) {
    return command.commands.flatMap((child) => sectionOf(child, `${path} ${child.name()}`));
  }
  const own = command.options.filter(({ long }) => !sharedOptions.has(long ?? '') || !usesAdminApi(command));
  return [
    `### ${path}`,
    '',
    '```',
    usageOf(command, path),
    '```',
    '',
    command.description(),
    ...(usesAdminApi(command) ? ['Has the [options for the admin API](#options-for-the-admin-api) too.'] : []),
    '',
    ...tableOf(
      'Argument',
      command.registeredArguments.map((argument) => [argument.name(), argument.description]),
    ),
    ...tableOf('Option', optionRows(own)),
  ];
};

const usesAdminApi = (command: CommandUnknownOpts): boolean => command.options.some(({ long }) => long === '--direct');

const findShared = (command: CommandUnknownOpts): readonly CommandOption[] =>
  usesAdminApi(command) && command.name() === 'list'
    ? command.options
    : (command.commands.map(findShared).find((found) => found.length > 0) ?? []);

export const cliPage = (): string => {
  const silent = { write: () => undefined, flushed: async () => undefined };
  const program = buildCommandLine(new CommandContext({}, silent, () => undefined));
  const shared = ['### Options for the admin API', '', ...tableOf('Option', optionRows(findShared(program)))];
  const sections = program.commands.flatMap((command) => sectionOf(command, `claviger ${command.name()}`));
  return `${[intro, ...shared, ...sections].join('\n').trimEnd()}\n`;
};
