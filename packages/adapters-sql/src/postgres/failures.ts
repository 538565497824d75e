// What an error of postgres.js means for the command that got it. SQLSTATE: PostgreSQL documentation, appendix A.
import { StoreUnavailable } from '@claviger/core';
import postgres from 'postgres';

const state = (error: unknown): string => (error instanceof postgres.PostgresError ? error.code : '');

/**
 * The server cannot serve until an operator fixes it, or it recovers: 08 connection, 26000 and 42P05 a pooler mixed up
 * prepared statements, 28, 3D000 and 3F000 the account, database or schema is not there or not let in, 25006 a standby cannot
 * write, 25P02 and 25P03 a pooler passed on a broken transaction, 40003 the outcome is unknown, 42501 no right to a table,
 * 42P01 and 42703 a table or column is not there (yet), 53 out of resources, 55000 the database takes no connections,
 * 55006 and 55P an object is in use or locked, 57 an operator stepped in, 58 system error, F0 configuration error.
 * XX001 and XX002 are not among them: waiting does not repair corruption.
 */
const away = /^(08|26000|28|3D000|3F000|25006|25P0[23]|40003|42501|42703|42P01|42P05|53|55000|55006|55P|57|58|F0)/;

const isFatal = ({ severity }: postgres.PostgresError): boolean => ['FATAL', 'PANIC'].includes(severity);

/** The server, or a pooler in front of it, has answered with an error of the protocol. */
export const isServerError = (error: unknown): boolean => error instanceof postgres.PostgresError;

/** PgBouncer's message for a setting in the startup message that it refuses. It has no specific SQLSTATE for that. */
export const isRefusedSetting = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && error.message.startsWith('unsupported startup parameter');

/** The database cancelled this command in favour of another one. It has changed nothing. */
export const isWorthRepeating = (error: unknown): boolean => ['40001', '40P01'].includes(state(error));

export const isUniqueViolation = (error: unknown): boolean => state(error) === '23505';

/**
 * The server has answered and keeps listening on this connection. So does a server that became a standby, but a new
 * connection may lead to its replacement.
 */
export const leavesConnectionUsable = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && !isFatal(error) && error.code !== '25006' && error.code !== '25P02';

/** Mistakes in a statement's parameters, found before anything is sent. */
const mistakes = ['UNDEFINED_VALUE', 'MAX_PARAMETERS_EXCEEDED', 'NOT_TAGGED_CALL'];

/** The server cannot be reached, does not answer, or cannot serve for now. */
export const isAway = (error: unknown): boolean => {
  // A fatal error always ends the connection.
  if (error instanceof postgres.PostgresError) return isFatal(error) || away.test(error.code);
  if (error instanceof TypeError || error instanceof RangeError) return false;
  return error instanceof Error && !('code' in error && mistakes.includes(String(error.code)));
};

export const isMissingTable = (error: unknown): boolean =>
  state(error instanceof StoreUnavailable ? error.cause : error) === '42P01';

/** If two statements create the same table concurrently, the second may violate a unique index of the catalogue. */
export const alreadyThere = (error: unknown): boolean => ['23505', '42P07', '42710'].includes(state(error));
