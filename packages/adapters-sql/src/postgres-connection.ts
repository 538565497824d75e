// One connection to Postgres, made when it is first needed, for one statement at a time.
import type { Socket } from 'node:net';
import postgres from 'postgres';
import { openPostgresSocket } from './postgres-socket.ts';
import type { PostgresAddress } from './postgres-url.ts';

export interface Timeouts {
  /** For a connection: a free one of the pool, and a new one to the server. Milliseconds. */
  readonly connectMs: number;
  /** For a statement, by the server's clock. Milliseconds; 0 for no limit. */
  readonly statementMs: number;
}

/**
 * Every statement of the stores goes by an index. A prepared one keeps the plan of its first runs, though, and those may
 * have met a small table, for which the planner prefers to read all of it: it then does so for as long as the table grows,
 * until it is next analyzed. The dear ways are ruled out, and so is compiling a plan, which takes longer than running it.
 * Without prepared statements each plan is made for the table as it is.
 */
const planning = { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off', jit: 'off' };

export class PostgresConnection {
  readonly #client: postgres.Sql;
  readonly #prepare: boolean;
  #socket: Socket | undefined;

  constructor(address: PostgresAddress, { connectMs, statementMs }: Timeouts) {
    this.#prepare = address.prepare;
    const options = {
      max: 1,
      host: 'host' in address.target ? address.target.host : address.target.path,
      user: address.user,
      database: address.database,
      ...(address.password === undefined ? {} : { password: address.password }),
      ssl: false as const,
      socket: () =>
        openPostgresSocket(address, connectMs, (socket) => {
          this.#socket = socket;
        }),
      connect_timeout: connectMs / 1000,
      // Whoever has a command for this connection is waiting for it: nothing is gained by trying later.
      backoff: () => 0,
      fetch_types: false,
      onnotice: () => undefined,
      connection: {
        application_name: 'claviger',
        ...(statementMs > 0 ? { statement_timeout: statementMs } : {}),
        ...(address.prepare ? planning : {}),
        ...address.session,
      },
    };
    this.#client = postgres(options);
  }

  /** Rows as arrays of values: bytes as Buffer, 64-bit integers as text. */
  async rows(text: string, parameters: readonly unknown[]): Promise<unknown[][]> {
    const given = parameters as postgres.ParameterOrJSON<never>[];
    return this.#client.unsafe(text, given, { prepare: this.#prepare }).values();
  }

  /** Several statements in one text, without parameters. Together with `BEGIN` in it, they are one transaction. */
  async script(text: string): Promise<void> {
    await this.#client.unsafe(text).simple();
  }

  /** Waits for the statement in flight, but not for longer than `withinMs`. */
  async end(withinMs: number): Promise<void> {
    await this.#client.end({ timeout: withinMs / 1000 });
    this.#socket?.destroy();
  }

  /** At once: the server may never answer on it again, and the process must be able to end all the same. */
  destroy(): void {
    this.#socket?.destroy();
    this.#client.end({ timeout: 0 }).catch(() => undefined);
  }
}
