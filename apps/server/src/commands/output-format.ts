// Prints results: tables for people, JSON and YAML for programs.
import type { JsonObject, JsonValue } from '../admin-client/json.ts';

export const outputFormats = ['table', 'json', 'yaml'] as const;

export type OutputFormat = (typeof outputFormats)[number];

/** A column of a table: its title, and the text of a row in it. */
export type Column = readonly [title: string, textOf: (row: JsonObject) => string];

/** JSON and YAML show the value as it is; the table shows one row for each object. */
export interface Result {
  readonly value: JsonValue;
  readonly rows: readonly JsonObject[];
  readonly columns: readonly Column[];
}

/** Control characters in a name could move the cursor of the terminal or hide a row. */
const visible = (text: string): string => text.replaceAll(/\p{Cc}/gu, '\uFFFD');

/** A member as text for a cell: lists are separated by spaces. */
export const cellOf = (value: JsonValue | undefined): string => {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(cellOf).join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

export const column = (title: string, member: string): Column => [title, (row) => cellOf(row[member])];

export const tableOf = (columns: readonly Column[], rows: readonly JsonObject[]): string => {
  const lines = [
    columns.map(([title]) => title),
    ...rows.map((row) => columns.map(([, textOf]) => visible(textOf(row)))),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  const lineOf = (line: readonly string[]): string =>
    line
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  return lines.map((line) => `${lineOf(line)}\n`).join('');
};

/** One line for each member that has a value. */
export const membersOf = (object: JsonObject): readonly JsonObject[] =>
  Object.entries(object)
    .map(([member, value]) => ({ member, value: cellOf(value) }))
    .filter(({ value }) => value !== '');

export const memberColumns: readonly Column[] = [column('MEMBER', 'member'), column('VALUE', 'value')];

/** Loads the YAML library only where it is needed: every process of the server loads this module. */
export const render = async (format: OutputFormat, { value, rows, columns }: Result): Promise<string> => {
  switch (format) {
    case 'json':
      return `${JSON.stringify(value, null, 2)}\n`;
    case 'yaml':
      return (await import('yaml')).stringify(value);
    case 'table':
      return tableOf(columns, rows);
  }
};

/** A result that is one object. */
export const oneObject = (value: JsonObject): Result => ({ value, rows: membersOf(value), columns: memberColumns });

export const listOf = (rows: readonly JsonObject[], columns: readonly Column[]): Result => ({
  value: rows,
  rows,
  columns,
});
