// How Postgres stores each kind of column. shared/tables.ts declares the tables with these.
import type { EpochSeconds, Hashed } from '@claviger/core';
import { bigint, customType, integer, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import {
  bytes,
  json,
  type LatestRotation,
  latestRotation,
  textWithoutNul,
  textWithoutNulOrNull,
} from '../shared/encodings.ts';

/** The stores are typed by these, and SQLite has the same names with the same values. */
export type ColumnTypes = typeof columnTypes;

const id = customType<{ data: string; driverData: Buffer }>({ dataType: () => 'bytea', ...bytes });

const hash = customType<{ data: Hashed; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: bytes.toDriver,
  fromDriver: (stored) => bytes.fromDriver(stored) as Hashed,
});

const text = customType<{ data: string; driverData: string | null }>({
  dataType: () => 'text',
  toDriver: textWithoutNul,
});

const textOrNull = customType<{ data: string; driverData: string | null }>({
  dataType: () => 'text',
  toDriver: textWithoutNulOrNull,
});

const rotation = customType<{ data: LatestRotation | null; driverData: Buffer | null }>({
  dataType: () => 'bytea',
  ...latestRotation,
});

/** JSON as text: jsonb would reorder members and refuse an escaped NUL, and no statement selects by its contents. */
const jsonText = <T>(name: string) =>
  customType<{ data: T; driverData: string | null }>({
    dataType: () => 'text',
    toDriver: json.toDriver,
    fromDriver: (stored) => json.fromDriver(stored) as T,
  })(name);

const long = (name: string) => bigint(name, { mode: 'number' });

export const columnTypes = {
  table: pgTable,
  primaryKey,
  id,
  hash,
  text,
  textOrNull,
  rotation,
  jsonText,
  integer,
  long,
  moment: (name: string) => long(name).$type<EpochSeconds>(),
};
