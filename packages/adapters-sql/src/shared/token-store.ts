// TokenStore in three tables: grants, and the small rows of codes and tokens that point at them.
// A grant is dead when its one row says so; whatever points at it is checked against that row at every look-up.
import type {
  ClientToken,
  EpochSeconds,
  FoundCode,
  FoundToken,
  Grant,
  GrantToken,
  IssuedAtOnce,
  Rotation,
  RotationResult,
  TokenKey,
  TokenStore,
} from '@claviger/core';
import { type Changed, type Database, once } from './database.ts';
import type { Selection } from './placeholders.ts';
import { inBatches } from './removal.ts';
import type { TokenCommands } from './token-commands.ts';
import { prepareTokenStatements, revokeSome } from './token-statements.ts';

type Before = Parameters<TokenStore['removeExpired']>[0];

export class SqlTokenStore implements TokenStore {
  readonly #database: Database;
  readonly #commands: TokenCommands;
  readonly #statements: () => ReturnType<typeof prepareTokenStatements>;

  /** `commands`: for the same database. */
  constructor(database: Database, commands: TokenCommands) {
    this.#database = database;
    this.#commands = commands;
    this.#statements = once(() => prepareTokenStatements(database));
  }

  createGrant(grant: Grant, issued: IssuedAtOnce): Promise<void> {
    return this.#commands.createGrant(grant, issued);
  }

  redeemCode(
    key: TokenKey,
    tokens: readonly GrantToken[],
    now: EpochSeconds,
  ): Promise<'redeemed' | 'replayed' | 'missing'> {
    return this.#commands.redeemCode(key, tokens, now);
  }

  rotateRefreshToken(key: TokenKey, rotation: Rotation, now: EpochSeconds): Promise<RotationResult> {
    return this.#commands.rotateRefreshToken(key, rotation, now);
  }

  findCode(key: TokenKey, now: EpochSeconds): Promise<FoundCode | undefined> {
    return this.#commands.findCode(key, now);
  }

  saveClientToken(token: ClientToken): Promise<void> {
    return this.#commands.saveClientToken(token);
  }

  findToken(key: TokenKey, now: EpochSeconds): Promise<FoundToken | undefined> {
    return this.#commands.findToken(key, now);
  }

  async removeToken(key: TokenKey): Promise<boolean> {
    return (await this.#database.change(this.#statements().removeToken, { ...key })).length > 0;
  }

  async revokeGrant(grantId: string, now: EpochSeconds): Promise<boolean> {
    return (await this.#database.change(this.#statements().revokeGrant, { grantId, now })).length > 0;
  }

  async revokeGrants(of: Selection, now: EpochSeconds): Promise<number> {
    return inBatches(async (limit) => (await this.#database.change(revokeSome(this.#database, of, now, limit))).length);
  }

  async removeExpired({ now, issued }: Before, limit: number): Promise<number> {
    const { removeCodesOver, removeTokensOver, removeGrantsLeft } = this.#statements();
    let removed = 0;
    const remove = async (statement: Changed): Promise<void> => {
      if (removed >= limit) return;
      removed += (await this.#database.change(statement, { now, issued, limit: limit - removed })).length;
    };
    // Grants last: the batch that takes a grant's last token takes the grant too.
    for (const statement of [removeCodesOver, removeTokensOver, removeGrantsLeft]) await remove(statement);
    return removed;
  }
}
