// The commands of SqlTokenStore that change several rows, as one statement of Postgres each: one round trip, and no
// transaction that a slow network keeps open. docs/decisions/0007 and 0010 have the reasons.
//
// How one statement decides, though all its parts see the table as it was when the statement began (READ COMMITTED): its
// first part locks the grant's row, a second one the code's or token's. Locking waits for whoever is there first and then
// reads the newest version of the row. The verdict comes from these two rows alone, and every change hangs on the verdict.
// All of them lock the grant first, so no two can wait for each other. The subqueries stand for themselves, so the database
// computes them once; it does not repeat them when it finds a newer version of a row that it is about to change.
import type {
  ClientToken,
  EpochSeconds,
  FoundToken,
  Grant,
  GrantToken,
  IssuedAtOnce,
  Rotation,
  RotationResult,
  TokenKey,
} from '@claviger/core';
import type { Database, Values } from '../database.ts';
import type { GatheredTokenCommands } from './gathered-token-commands.ts';
import { createGrantStatement, redeemStatement, rotateStatement, rowName } from './one-statement.ts';
import type { TokenCommands } from './token-commands.ts';
import { codeRow, grantOf, grantRow, tokenRow } from './token-rows.ts';

/** A statement for each number of tokens: two as a rule, one or none at times. */
const byCount = <T>(make: (count: number) => T): ((count: number) => T) => {
  const made = new Map<number, T>();
  return (count) => {
    const known = made.get(count) ?? make(count);
    made.set(count, known);
    return known;
  };
};

export class TokenCommandsInOneStatement implements TokenCommands {
  readonly #database: Database;
  readonly #gathered: GatheredTokenCommands;
  readonly #createWithCode;
  readonly #create;
  readonly #redeem;
  readonly #rotate;

  constructor(database: Database, gathered: GatheredTokenCommands) {
    this.#database = database;
    this.#gathered = gathered;
    this.#createWithCode = byCount((count) => createGrantStatement(database, count, true));
    this.#create = byCount((count) => createGrantStatement(database, count, false));
    this.#redeem = byCount((count) => redeemStatement(database, count));
    this.#rotate = byCount((count) => rotateStatement(database, count));
  }

  saveClientToken(token: ClientToken): Promise<void> {
    return this.#gathered.saveClientToken(token);
  }

  findToken(key: TokenKey, now: EpochSeconds): Promise<FoundToken | undefined> {
    return this.#gathered.findToken(key, now);
  }

  async createGrant(grant: Grant, { code, tokens = [] }: IssuedAtOnce): Promise<void> {
    const statement = code ? this.#createWithCode(tokens.length) : this.#create(tokens.length);
    await this.#database.change(statement, {
      ...named(rowName('grant'), grantRow(grant, { code, tokens })),
      ...(code && named(rowName('code'), codeRow(code))),
      ...tokenValues(tokens),
    });
  }

  async redeemCode(
    key: TokenKey,
    tokens: readonly GrantToken[],
    now: EpochSeconds,
  ): Promise<'redeemed' | 'replayed' | 'missing'> {
    const values = { ...key, now, keepUntil: lastExpiry(tokens), ...tokenValues(tokens) };
    const [row] = await this.#database.change(this.#redeem(tokens.length), values);
    return row?.outcome ?? 'missing';
  }

  async rotateRefreshToken(
    key: TokenKey,
    { successors, sealed, grace }: Rotation,
    now: EpochSeconds,
  ): Promise<RotationResult> {
    const [row] = await this.#database.change(this.#rotate(successors.length), {
      ...key,
      sealed,
      grace,
      now,
      keepUntil: lastExpiry(successors),
      ...tokenValues(successors),
    });
    if (!row) return { outcome: 'missing' };
    if (row.outcome === 'reused') return { outcome: 'reused' };
    const grant = grantOf(row.grant);
    return row.outcome === 'rotated'
      ? { outcome: 'rotated', grant }
      : { outcome: 'repeated', grant, sealed: row.sealed ?? '' };
  }
}

const lastExpiry = (tokens: readonly GrantToken[]): number => Math.max(0, ...tokens.map(({ expiresAt }) => expiresAt));

const named = (name: string, row: Values): Values =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [`${name}${column}`, value]));

const tokenValues = (tokens: readonly GrantToken[]): Values =>
  Object.assign({}, ...tokens.map((token, index) => named(rowName('token', index), tokenRow(token))));
