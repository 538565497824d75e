// Parses docs/login-and-consent.md: its commands, and the members in its tables.
import { readFileSync } from 'node:fs';

export const page = new URL('../../../../../../docs/login-and-consent.md', import.meta.url);

const text = readFileSync(page, 'utf8');

const blocksOf = (document: string): readonly string[] =>
  [...document.matchAll(/^```sh\n([\s\S]+?)^```$/gm)].map(([, lines = '']) => lines);

export const commands = blocksOf(text);

/** The commands in the README of examples/login-consent, except those that start the server and the pages. */
export const readmeCommands = blocksOf(
  readFileSync(new URL('../examples/login-consent/README.md', page), 'utf8'),
).filter((block) => block.startsWith('curl'));

/** Targets of its links. */
export const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);

export const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
  title
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-'),
);

export interface Member {
  readonly name: string;
  readonly type: string;
}

/** Each table of members below a heading. */
export const membersBelow = (heading: string): readonly (readonly Member[])[] => {
  const section = text.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const tables = section.match(/(^\|.*\n)+/gm) ?? [];
  return tables
    .filter((table) => table.startsWith('| Member |'))
    .map((table) =>
      [...table.matchAll(/^\| `(\w+)` \| ([\w ]+) \|/gm)].map(([, name = '', type = '']) => ({ name, type })),
    );
};

const samples: Readonly<Record<string, unknown>> = {
  string: 'text',
  boolean: true,
  integer: 60,
  object: {},
  'array of strings': [],
};

/** A body with every member of a table, with the documented type. */
export const bodyOf = (members: readonly Member[]): Record<string, unknown> =>
  Object.fromEntries(members.map(({ name, type }) => [name, samples[type]]));

export const namesOf = (members: readonly Member[]): readonly string[] => members.map(({ name }) => name).sort();
