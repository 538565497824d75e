// The commands of SqlTokenStore that change several rows, as one statement of Postgres each: one round trip, and no
// transaction that a slow network keeps open. docs/decisions/0007 and 0010 have the reasons.
//
// How one statement decides, though all its parts see the table as it was when the statement began (READ COMMITTED): its
// first part locks the grant's row, a second one the code's or token's. Locking waits for whoever is there first and then
// reads the newest version of the row. The verdict comes from these two rows alone, and every change hangs on the verdict.
// What else a verdict says, of the token's predecessor, is of the table as it was, and yet up to date: that row changes under
// the lock of the grant only.
// All of them lock the grant first, so no two can wait for each other. The subqueries stand for themselves, so the database
// computes them once; it does not repeat them when it finds a newer version of a row that it is about to change.
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
} from '@claviger/core';
import { bytes, json } from '../shared/encodings.ts';
import type { TokenCommands } from '../shared/token-commands.ts';
import { lastExpiry, successorsOf } from '../shared/token-rows.ts';
import { byteArray, numberArray, textArray } from './array-literal.ts';
import { GatheredGrantCommands } from './gathered-grant-commands.ts';
import { GatheredTokenCommands } from './gathered-token-commands.ts';
import { redeemCode, rotateRefreshToken } from './one-statement.ts';
import type { PostgresPool } from './pool.ts';

type RotatedRow = [outcome: 'rotated' | 'repeated' | 'reused', sealed: string | null];

export class TokenCommandsInOneStatement implements TokenCommands {
  readonly #pool: Pick<PostgresPool, 'rows'>;
  readonly #grants: GatheredGrantCommands;
  readonly #tokens: GatheredTokenCommands;

  constructor(pool: Pick<PostgresPool, 'rows'>) {
    this.#pool = pool;
    this.#grants = new GatheredGrantCommands(pool);
    this.#tokens = new GatheredTokenCommands(pool);
  }

  saveClientToken(token: ClientToken): Promise<void> {
    return this.#tokens.saveClientToken(token);
  }

  findToken(key: TokenKey, now: EpochSeconds): Promise<FoundToken | undefined> {
    return this.#tokens.findToken(key, now);
  }

  createGrant(grant: Grant, issued: IssuedAtOnce): Promise<void> {
    return this.#grants.createGrant(grant, issued);
  }

  findCode(key: TokenKey, now: EpochSeconds): Promise<FoundCode | undefined> {
    return this.#grants.findCode(key, now);
  }

  async redeemCode(
    key: TokenKey,
    tokens: readonly GrantToken[],
    now: EpochSeconds,
  ): Promise<'redeemed' | 'replayed' | 'missing'> {
    const parameters = [...keyOf(key), now, lastExpiry(tokens), ...columnsOf(tokens)];
    const [row] = (await this.#pool.rows(redeemCode, parameters)) as ['redeemed' | 'replayed'][];
    return row?.[0] ?? 'missing';
  }

  async rotateRefreshToken(
    key: TokenKey,
    { successors, sealed, grace }: Rotation,
    now: EpochSeconds,
  ): Promise<RotationResult> {
    const head = [...keyOf(key), now, lastExpiry(successors), grace, sealed, noteOf(successors)];
    const parameters = [...head, ...columnsOf(successors)];
    const [row] = (await this.#pool.rows(rotateRefreshToken, parameters)) as RotatedRow[];
    if (!row) return { outcome: 'missing' };
    const [outcome, sealedBefore] = row;
    return outcome === 'repeated' ? { outcome, sealed: sealedBefore ?? '' } : { outcome };
  }
}

const keyOf = ({ grantId, hash }: TokenKey): [Buffer, Buffer] => [bytes.toDriver(grantId), bytes.toDriver(hash)];

/** What follows the token's hash in `latest`; empty when these are not all that the next rotation has to deal with. */
const noteOf = (tokens: readonly GrantToken[]): Buffer => {
  const { refresh = '', access = '' } = successorsOf(tokens) ?? {};
  return Buffer.concat([bytes.toDriver(refresh), bytes.toDriver(access)]);
};

/** As `issued` of one-statement.ts wants them. The tokens are the key's grant's. */
const columnsOf = (tokens: readonly GrantToken[]): string[] => [
  byteArray(tokens.map(({ key }) => bytes.toDriver(key.hash))),
  textArray(tokens.map(({ kind }) => kind)),
  textArray(tokens.map(({ scope }) => json.toDriver(scope))),
  textArray(tokens.map(({ audience }) => json.toDriver(audience))),
  numberArray(tokens.map(({ issuedAt }) => issuedAt)),
  numberArray(tokens.map(({ expiresAt }) => expiresAt)),
];
