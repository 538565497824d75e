// What an error of better-sqlite3 means for the command that got it.
import { StoreUnavailable } from '@claviger/core';
import SqliteClient from 'better-sqlite3';

export const sqliteCode = (error: unknown): string =>
  error instanceof SqliteClient.SqliteError ? error.code : error instanceof Error ? sqliteCode(error.cause) : '';

/** Failures that may pass: another process writes for too long, the disk is full, the file cannot be read. */
const away = /^SQLITE_(BUSY|LOCKED|IOERR|FULL|CANTOPEN|READONLY)/;

export const storeFailure = (error: unknown): unknown =>
  away.test(sqliteCode(error)) ? new StoreUnavailable('sqlite', error) : error;
