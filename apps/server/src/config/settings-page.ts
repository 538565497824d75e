// Makes docs/settings.md from the table of settings. `npm run settings-page` writes the page, and a test compares it.
import { fileKey, fileVariable, formerNames, variables } from './variables.ts';

const intro = `# Settings

<!-- Written by \`npm run settings-page\` from apps/server/src/config/variables.ts. Do not edit. -->

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
`;

const cell = (text: string): string => text.replaceAll('|', '\\|');

const formerNameOf = (name: string): string => {
  const [former] = [...formerNames].find(([, present]) => present === name) ?? [];
  return former === undefined ? '' : ` Its former name \`${former}\` still works, with a warning at start.`;
};

export const settingsPage = (): string => {
  const rows = Object.values(variables).map(
    ({ name, shown, meaning }) =>
      `| \`${name}\` | \`${fileKey(name)}\` | ${shown === '' ? '' : `\`${shown}\``} | ${cell(meaning)}${formerNameOf(name)} |`,
  );
  return [
    intro,
    '| Variable | In the file | Default | Meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    `| \`${fileVariable}\` | | | Path of the configuration file. |`,
    '',
  ].join('\n');
};
