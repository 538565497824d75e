// The tables in SQLite, and how it stores each kind of column.
import type { EpochSeconds, Hashed } from '@claviger/core';
import { customType, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ColumnTypes } from '../postgres/column-types.ts';
import { bytes, json, type LatestRotation, latestRotation } from '../shared/encodings.ts';
import { declareTables } from '../shared/tables.ts';

const id = customType<{ data: string; driverData: Buffer }>({ dataType: () => 'blob', ...bytes });

const hash = customType<{ data: Hashed; driverData: Buffer }>({
  dataType: () => 'blob',
  toDriver: bytes.toDriver,
  fromDriver: (stored) => bytes.fromDriver(stored) as Hashed,
});

const rotation = customType<{ data: LatestRotation | null; driverData: Buffer | null }>({
  dataType: () => 'blob',
  ...latestRotation,
});

const jsonText = <T>(name: string) =>
  customType<{ data: T; driverData: string | null }>({
    dataType: () => 'text',
    toDriver: json.toDriver,
    fromDriver: (stored) => json.fromDriver(stored) as T,
  })(name);

/** Columns whose values have the same type as those of Postgres. */
type SameValues = {
  readonly [Name in Exclude<keyof ColumnTypes, 'table' | 'primaryKey'>]: (name: string) => {
    readonly _: { readonly data: ReturnType<ColumnTypes[Name]>['_']['data'] };
  };
};

const columns = {
  id,
  hash,
  text,
  textOrNull: text,
  rotation,
  jsonText,
  integer,
  long: integer,
  moment: (name: string) => integer(name).$type<EpochSeconds>(),
} satisfies SameValues;

// The stores are written against the types of Postgres. Tables of SQLite have the same properties with the same values.
const columnTypes: unknown = { table: sqliteTable, primaryKey, ...columns };

export const tables = declareTables(columnTypes as ColumnTypes);
