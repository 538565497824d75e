// One connection to Postgres, made when it is first needed, for one statement at a time.
import type { Socket } from 'node:net';
import postgres from 'postgres';
import { openPostgresSocket } from './socket.ts';
import type { PostgresAddress } from './url.ts';

export interface Timeouts {
  /** Time limit for a free connection of the pool, and for a new one to the server. Milliseconds. */
  readonly connectMs: number;
  /** Time limit for a statement, which the server enforces. Milliseconds; 0 for no limit. */
  readonly statementMs: number;
}

/**
 * How a new connection gets its settings: in the startup message, which a pooler may refuse; by a separate statement,
 * which costs a round trip; or not at all, because a pooler runs each statement on another server connection.
 */
export type SettingsBy = 'startup' | 'statement' | 'nobody';

/**
 * An index serves every statement of the stores. But a prepared statement keeps the plan of its first runs, when the table
 * may have been small, and the planner reads all of a small table. It would continue to do so until the table is analyzed.
 * So the expensive plan types are disabled, and JIT, which costs more than it saves here. Without prepared statements each
 * plan is made for the table as it is.
 */
const planning = { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off', jit: 'off' };

/** A setting has no effect on a parameter that is already text. */
const unlessText =
  <Value>(write: (value: Value) => string) =>
  (value: Value | string): string =>
    typeof value === 'string' ? value : write(value);

/**
 * The driver repeats a prepared statement that the server no longer knows, and then passes the text that it wrote for each
 * parameter through the same function again: text must stay as it is (https://github.com/porsager/postgres/issues/1197).
 * The functions that it has for numbers and dates do that already, and arrays are text before the driver sees them.
 */
const types = {
  bytea: {
    to: 17,
    from: [17],
    serialize: unlessText((value: Uint8Array) => `\\x${Buffer.from(value).toString('hex')}`),
    parse: (text: string) => Buffer.from(text.slice(2), 'hex'),
  },
  boolean: {
    to: 16,
    from: [16],
    serialize: unlessText((value: boolean) => (value ? 't' : 'f')),
    parse: (text: string) => text === 't',
  },
  json: {
    to: 114,
    from: [114, 3802],
    serialize: unlessText(JSON.stringify),
    parse: (text: string) => JSON.parse(text),
  },
};

type Settings = Readonly<Record<string, string>>;

const clientOf = (address: PostgresAddress, connectMs: number, startup: Settings, opened: (socket: Socket) => void) =>
  postgres({
    max: 1,
    host: 'host' in address.target ? address.target.host : address.target.path,
    user: address.user,
    database: address.database,
    ...(address.password === undefined ? {} : { password: address.password }),
    ssl: false,
    // An option that the driver's declared types lack.
    ...{ socket: () => openPostgresSocket(address, connectMs, opened) },
    connect_timeout: connectMs / 1000,
    // A command is waiting for this connection, so a later attempt gains nothing.
    backoff: () => 0,
    fetch_types: false,
    types,
    onnotice: () => undefined,
    connection: { application_name: 'claviger', ...startup },
  });

export class PostgresConnection {
  readonly #client: ReturnType<typeof clientOf>;
  readonly #prepare: boolean;
  /** The settings that a statement must apply on each new socket. */
  readonly #toSet: readonly (readonly [name: string, value: string])[];
  #socket: Socket | undefined;
  #isSet = false;

  constructor(address: PostgresAddress, { connectMs, statementMs }: Timeouts, settingsBy: SettingsBy) {
    this.#prepare = address.prepare;
    const { search_path: searchPath, ...session } = address.session;
    const settings: Settings = {
      ...(statementMs > 0 ? { statement_timeout: `${statementMs}` } : {}),
      ...(address.prepare ? planning : {}),
      ...(searchPath === undefined ? {} : { search_path: searchPath }),
    };
    this.#toSet = settingsBy === 'statement' ? Object.entries(settings) : [];
    const startup = settingsBy === 'startup' ? { ...settings, ...session } : session;
    this.#client = clientOf(address, connectMs, startup, (socket) => {
      this.#socket = socket;
      socket.once('close', () => {
        this.#isSet = false;
      });
    });
  }

  /** Rows as arrays of values: bytes as Buffer, 64-bit integers as text. */
  async rows(text: string, parameters: readonly unknown[]): Promise<unknown[][]> {
    if (this.#toSet.length > 0 && !this.#isSet) await this.#set();
    const given = parameters as postgres.ParameterOrJSON<never>[];
    return this.#client.unsafe(text, given, { prepare: this.#prepare }).values();
  }

  /** Several statements in one text, without parameters. Together with `BEGIN` in it, they are one transaction. */
  async script(text: string): Promise<void> {
    await this.#client.unsafe(text).simple();
  }

  /**
   * Which server process answers this connection, which one the greeting named, and under what name the statement that asked
   * is prepared. A pooler in between generates random numbers for its greetings.
   */
  async whereabouts(): Promise<{ process: number; greeted: number; statement: string }> {
    const rows = await this.#client.unsafe('SELECT pg_backend_pid()', [], { prepare: this.#prepare }).values();
    // `name` is not part of the driver's declared types.
    const statement = rows.statement as typeof rows.statement & { name?: string };
    return { process: Number(rows[0]?.[0]), greeted: rows.state.pid, statement: statement.name ?? '' };
  }

  /** Waits for the statement in flight, but at most `withinMs`. */
  async end(withinMs: number): Promise<void> {
    await this.#client.end({ timeout: withinMs / 1000 });
    this.#socket?.destroy();
  }

  /** Immediately: the server may never answer on it again, and the process must still be able to end. */
  destroy(): void {
    this.#socket?.destroy();
    this.#client.end({ timeout: 0 }).catch(() => undefined);
  }

  async #set(): Promise<void> {
    const calls = this.#toSet.map((_, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, false)`);
    await this.#client.unsafe(`SELECT ${calls.join(', ')}`, this.#toSet.flat(), { prepare: false });
    this.#isSet = true;
  }
}
