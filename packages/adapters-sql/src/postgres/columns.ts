// Many rows in one statement of Postgres: each column is one parameter, an array in its text form (PostgreSQL documentation,
// 8.15.2). The columns of a row type are taken from its drizzle table, once, for the SQL, the arrays and the reader.
import { type Column, getTableColumns, type Table } from 'drizzle-orm';

/** Text that needs no escape, such as most ids. */
const isPlain = /^[\w.:/~ -]*$/;

/** JSON may escape control characters and surrogates differently from array literals. */
const jsonDiffers = /[^\u0020-\ud7ff\ue000-\uffff]/;

/** Uses JSON.stringify where its escapes are the same. That is three times as fast, and documents have many quotes. */
const quoted = (value: string): string => {
  if (isPlain.test(value)) return `"${value}"`;
  return jsonDiffers.test(value) ? `"${value.replace(/[\\"]/g, '\\$&')}"` : JSON.stringify(value);
};

const elementWriters = {
  bytea: (value: Buffer): string => `"\\\\x${value.toString('hex')}"`,
  text: quoted,
  bigint: String,
  integer: String,
};

type SqlType = keyof typeof elementWriters;

const elementWriter = (type: SqlType) => elementWriters[type] as (value: unknown) => string;

/** One column as an array literal. */
export const arrayOf = (type: SqlType, values: readonly unknown[]): string => {
  const write = elementWriter(type);
  return `{${values.map((value) => (value === null ? 'NULL' : write(value))).join(',')}}`;
};

/** A row as the elements of its arrays. A copy: the caller may change the record afterwards. */
export type EncodedRow = readonly string[];

interface RowColumn {
  readonly property: string;
  readonly column: Column;
  readonly write: (value: unknown) => string;
}

export class RowColumns<Row extends Readonly<Record<string, unknown>>> {
  readonly count: number;
  /** Such as `grant_id, hash`. */
  readonly names: string;
  readonly #columns: readonly RowColumn[];

  constructor(columns: readonly (readonly [property: string, column: Column])[]) {
    this.#columns = columns.map(([property, column]) => {
      return { property, column, write: elementWriter(column.getSQLType() as SqlType) };
    });
    this.count = columns.length;
    this.names = columns.map(([, { name }]) => name).join(', ');
  }

  /** Such as `tokens.grant_id, tokens.hash`. */
  namesIn(table: string): string {
    return this.#columns.map(({ column }) => `${table}.${column.name}`).join(', ');
  }

  /** Such as `grant_id = given.grant_id, hash = given.hash`. */
  setTo(table: string): string {
    return this.#columns.map(({ column: { name } }) => `${name} = ${table}.${name}`).join(', ');
  }

  /** The arguments of `unnest`, such as `$3::bytea[], $4::text[]`. */
  parameters(first = 1): string {
    return this.#columns.map(({ column }, index) => `$${first + index}::${column.getSQLType()}[]`).join(', ');
  }

  /** A loop without closures, because it runs for every token. */
  encode(row: Row): EncodedRow {
    const elements: string[] = [];
    for (const { property, column, write } of this.#columns) {
      const value = row[property];
      const stored = value === null ? null : column.mapToDriverValue(value);
      elements.push(stored === null ? 'NULL' : write(stored));
    }
    return elements;
  }

  /** The values of `parameters`. */
  arrays(rows: readonly EncodedRow[]): string[] {
    return this.#columns.map((_, index) => `{${rows.map((row) => row[index]).join(',')}}`);
  }

  /** Adds the columns of a result to `row`, which already has the other members. The columns start at `first`. */
  read<Known extends object>(row: Known, values: readonly unknown[], first: number): Known & Row {
    const target = row as Record<string, unknown>;
    let index = first;
    for (const { property, column } of this.#columns) {
      const stored = values[index];
      target[property] = stored === null ? null : column.mapFromDriverValue(stored);
      index += 1;
    }
    return row as Known & Row;
  }
}

type PropertyOf<T extends Table> = keyof T['$inferSelect'] & string;

/** The columns with these properties, in this order. */
export const columnsOf = <T extends Table, P extends PropertyOf<T>>(
  table: T,
  ...properties: readonly P[]
): RowColumns<Pick<T['$inferSelect'], P>> => {
  const all = getTableColumns(table);
  return new RowColumns(properties.map((property) => [property, all[property] as Column]));
};

/** All columns of the table except these, in the table's order. */
export const columnsExcept = <T extends Table, P extends PropertyOf<T>>(
  table: T,
  ...properties: readonly P[]
): RowColumns<Omit<T['$inferSelect'], P>> => {
  const excepted = new Set<string>(properties);
  return new RowColumns(Object.entries(getTableColumns(table)).filter(([property]) => !excepted.has(property)));
};
