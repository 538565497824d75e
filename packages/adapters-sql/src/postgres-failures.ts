// What an error of postgres.js means for the command that got it. SQLSTATE: PostgreSQL documentation, appendix A.
import postgres from 'postgres';

const state = (error: unknown): string => (error instanceof postgres.PostgresError ? error.code : '');

/**
 * 08 connection, 28 and 3D000 this account or database is not (or no longer) let in, 25006 a standby that cannot write,
 * 40003 outcome unknown, 53 out of resources, 55P03 and 57014 took too long, 57P shutting down or starting up, 58 system
 * error. XX001 and XX002 are not among them: corruption does not pass by waiting.
 */
const away = /^(08|28|3D000|25006|40003|53|55P03|57014|57P|58)/;

/** The database chose this command as the one to be sacrificed; nothing of it was done. */
export const isWorthRepeating = (error: unknown): boolean => ['40001', '40P01'].includes(state(error));

export const isUniqueViolation = (error: unknown): boolean => state(error) === '23505';

/**
 * The server has answered, and goes on listening on this connection. One that became a standby does so too, but a new
 * connection may lead to the server that took its place.
 */
export const leavesConnectionUsable = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && !['FATAL', 'PANIC'].includes(error.severity) && error.code !== '25006';

/** Mistakes in a statement's parameters, found before anything is sent. */
const mistakes = ['UNDEFINED_VALUE', 'MAX_PARAMETERS_EXCEEDED', 'NOT_TAGGED_CALL'];

/** The server cannot be reached, does not answer, or cannot serve for now. */
export const isAway = (error: unknown): boolean => {
  if (error instanceof postgres.PostgresError) return away.test(error.code);
  if (error instanceof TypeError || error instanceof RangeError) return false;
  return error instanceof Error && !('code' in error && mistakes.includes(String(error.code)));
};

export const isMissingTable = (error: unknown): boolean => state(error) === '42P01';

/** Of two that create the same table at once, the second may be told so by the catalogue's own unique index. */
export const alreadyThere = (error: unknown): boolean => ['23505', '42P07', '42710'].includes(state(error));
