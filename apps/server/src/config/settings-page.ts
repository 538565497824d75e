// Generates docs/settings.md from the declared settings. `npm run pages` writes the page, and a test compares it.
import { defaultSettings } from '@claviger/core';
import type { Variable } from './settings/declare.ts';
import { fileKey, fileVariable, formerNames, topics, withVariableNames } from './variables.ts';

const intro = `# Settings

<!-- Written by \`npm run pages\` from apps/server/src/config/settings and packages/core/src/settings.ts. Do not edit. -->

Every setting is an environment variable. Settings can also be written to one JSON file, whose path is in \`${fileVariable}\`. There a
setting has its name without \`CLAVIGER_\`, in lower case. Environment variables take precedence over the file.

\`\`\`json
{ "issuer": "https://id.example.com", "public_port": 4444, "cors_allowed_origins": ["https://app.example.com"] }
\`\`\`

- An empty variable counts as unset. An unknown one is an error, so that a misspelt setting is not silently ignored.
- The server reports every problem in one list, by name, and exits with code 2. It never prints a secret.
- Durations use the notation of Go, in whole seconds: \`30s\`, \`10m\`, \`1h30m\`. Entries of lists are separated by commas.
- *Development* means that the issuer is on a loopback address. Only then are the built-in pages on, and, if all stores are
  SQLite, does the server generate a missing system secret.
- A program that [embeds core](embedding.md) sets the *option of core* instead, in \`settings\` of \`createProvider\`. There a lifespan is
  a number of seconds.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|');

const formerNameOf = (name: string): string => {
  const [former] = [...formerNames].find(([, present]) => present === name) ?? [];
  return former === undefined ? '' : ` Its former name \`${former}\` still works, with a warning at start.`;
};

const cells = ({ name, shown, meaning }: Variable<unknown>): readonly string[] => [
  `\`${name}\``,
  `\`${fileKey(name)}\``,
  shown === null ? '' : `\`${shown}\``,
  `${cell(withVariableNames(meaning))}${formerNameOf(name)}`,
];

const row = (columns: readonly string[]): string => `| ${columns.join(' | ')} |`;

/** Topics with settings of core have a column for the name there. */
const topic = (title: string, settings: Readonly<Record<string, Variable<unknown>>>): readonly string[] => {
  const hasOptions = Object.keys(settings).some((key) => Object.hasOwn(defaultSettings, key));
  const option = (key: string): string => (Object.hasOwn(defaultSettings, key) ? `\`${key}\`` : '');
  const header = ['Variable', 'In the file', 'Default', 'Meaning', ...(hasOptions ? ['Option of core'] : [])];
  return [
    `## ${title}`,
    '',
    row(header),
    row(header.map(() => '---')),
    ...Object.entries(settings).map(([key, variable]) =>
      row([...cells(variable), ...(hasOptions ? [option(key)] : [])]),
    ),
    '',
  ];
};

export const settingsPage = (): string =>
  [intro, ...Object.entries(topics).flatMap(([title, settings]) => topic(title, settings))].join('\n');
