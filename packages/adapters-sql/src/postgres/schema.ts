// The tables in Postgres.
import { declareTables } from '../shared/tables.ts';
import { columnTypes } from './column-types.ts';

export const tables = declareTables(columnTypes);
