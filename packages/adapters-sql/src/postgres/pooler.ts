// What stands between this process and Postgres: nothing, a pooler that keeps one server connection for each client
// (session mode), or one that may use another for each transaction (transaction mode). Checked once, before the first command.
import { PostgresConnection, type SettingsBy, type Timeouts } from './connection.ts';
import { isRefusedSetting, isServerError } from './failures.ts';
import type { PostgresAddress } from './url.ts';

/** The pooler and the URL do not fit together. The message says what to change. */
export class UnfitPooler extends Error {
  override readonly name = 'UnfitPooler';
}

/** Several, because a pooler is only noticed if its other clients are active during the check. */
const rounds = 3;

/** Rejects with UnfitPooler, or with the error of a statement. */
export const settingsFor = async (address: PostgresAddress, timeouts: Timeouts): Promise<SettingsBy> => {
  const { connection: first, isRefused } = await connectAnyhow(address, timeouts);
  const second = new PostgresConnection(address, timeouts, 'nobody');
  try {
    const { process, greeted } = await first.whereabouts();
    if (process === greeted && !isRefused) return 'startup';
    if (!(await isShared(first, second, timeouts))) return 'statement';
    if (address.prepare && (await losesStatements(first, second, timeouts))) throw new UnfitPooler(lost);
    await demandSearchPath(first, address);
    return 'nobody';
  } finally {
    await Promise.all([first.end(timeouts.connectMs), second.end(timeouts.connectMs)]);
  }
};

const lost =
  'The Postgres URL leads to a pooler in transaction mode that does not carry prepared statements over to another server ' +
  'connection. Add prepare=false to the URL, or use PgBouncer from 1.21 on with max_prepared_statements above 0, or session mode.';

/** PgBouncer refuses settings in the startup message that it does not know or is not told to ignore. */
const connectAnyhow = async (
  address: PostgresAddress,
  timeouts: Timeouts,
): Promise<{ readonly connection: PostgresConnection; readonly isRefused: boolean }> => {
  const wanted = new PostgresConnection(address, timeouts, 'startup');
  try {
    await wanted.whereabouts();
    return { connection: wanted, isRefused: false };
  } catch (error) {
    wanted.destroy();
    if (!isRefusedSetting(error)) throw error;
  }
  const plain = new PostgresConnection(address, timeouts, 'nobody');
  try {
    await plain.whereabouts();
    return { connection: plain, isRefused: true };
  } catch (error) {
    plain.destroy();
    if (isRefusedSetting(error)) throw new UnfitPooler(refused, { cause: error });
    throw error;
  }
};

const refused =
  'The pooler at the Postgres URL refuses the parameter options. Set what it says for the role instead: ALTER ROLE … SET ….';

/** Two clients share a server connection, or one client uses two: server connections are not assigned to clients. */
const isShared = async (
  first: PostgresConnection,
  second: PostgresConnection,
  timeouts: Timeouts,
): Promise<boolean> => {
  const seen = [new Set<number>(), new Set<number>()] as const;
  for (let round = 0; round < rounds; round += 1) {
    seen[0].add((await first.whereabouts()).process);
    const other = await inTime(second.whereabouts(), timeouts);
    // In session mode a pool of one keeps the second client waiting.
    if (other === undefined) return false;
    seen[1].add(other.process);
    if (seen.some(({ size }) => size > 1) || seen[0].has(other.process)) return true;
  }
  return false;
};

/** Keeps the server connection that knows a statement busy, so that the statement runs on another one. */
const losesStatements = async (
  first: PostgresConnection,
  second: PostgresConnection,
  timeouts: Timeouts,
): Promise<boolean> => {
  for (let round = 0; round < rounds; round += 1) {
    const before = await whereaboutsOrLost(first);
    await second.script('BEGIN');
    const after = whereaboutsOrLost(first);
    // A pool with one server connection always has the statement, and answers only when the connection is free again.
    await inTime(after, timeouts);
    await second.script('ROLLBACK');
    // If a statement was lost, the driver prepares it again under another name.
    if (before?.statement !== (await after)?.statement || before === undefined) return true;
  }
  return false;
};

const whereaboutsOrLost = async (connection: PostgresConnection) => {
  try {
    return await connection.whereabouts();
  } catch (error) {
    if (isServerError(error)) return undefined;
    throw error;
  }
};

/** The tables of another schema would be the wrong ones. */
const demandSearchPath = async (connection: PostgresConnection, { session }: PostgresAddress): Promise<void> => {
  const { search_path: wanted } = session;
  if (wanted === undefined) return;
  const [[actual] = []] = await connection.rows('SHOW search_path', []);
  const plain = (path: string): string => path.replace(/[\s"]/g, '');
  if (plain(String(actual)) === plain(wanted)) return;
  throw new UnfitPooler(
    'The Postgres URL names a search_path, and leads to a pooler in transaction mode, which cannot set it. Set it for the ' +
      'role: ALTER ROLE … SET search_path = ….',
  );
};

/** undefined: it takes longer than a connection may. */
const inTime = <T>(answer: Promise<T>, { connectMs }: Timeouts): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, connectMs, undefined);
  });
  return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
};
