// TokenStore under one hash tag per grant: the grant, its access tokens in one hash, and each code, refresh token or
// client's own token as a key with native expiry. Each command is one script; see scripts/token-scripts.ts.
import {
  type ClientToken,
  type EpochSeconds,
  epochSeconds,
  type FoundCode,
  type FoundToken,
  type Grant,
  type GrantToken,
  type IssuedAtOnce,
  type Rotation,
  type RotationResult,
  type TokenKey,
  type TokenStore,
} from '@claviger/core';
import { type Argument, type Connection, textsOf } from '../connection.ts';
import { type Keys, timeToLive } from '../keys.ts';
import { indexedUntil, OwnerIndex, ownersToMatch, type Selection } from '../owner-index.ts';
import * as scripts from '../scripts/token-scripts.ts';
import { clientTokenText, codeOf, codeText, foundToken, grantOf, grantText, tokenText } from './token-rows.ts';

/** The keys and arguments that `issue` reads in the scripts. */
interface Issue {
  readonly keys: readonly string[];
  readonly args: readonly Argument[];
}

export class RedisTokenStore implements TokenStore {
  readonly #connection: Connection;
  readonly #keys: Keys;
  readonly #index: OwnerIndex;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
    this.#index = new OwnerIndex(connection, keys, 'grants');
  }

  async createGrant(grant: Grant, { code, tokens = [] }: IssuedAtOnce): Promise<void> {
    const { id, createdAt: now } = grant;
    const last = lastExpiry([...tokens, ...(code ? [code] : [])], grant.keepUntil);
    const indexed = indexedUntil(last, now);
    if (code && code.key.grantId !== id) throw new Error('The code belongs to another grant.');
    const issue = this.#issue(id, tokens, now, code && { key: code.key, text: codeText(code), until: code.expiresAt });
    await this.#index.add(id, grant, indexed, now);
    const reply = await this.#connection.run(
      scripts.createGrant,
      [...this.#ofGrant(id), ...issue.keys],
      [grantText(grant, indexed), timeToLive(last, now), ...issue.args],
    );
    if (reply !== 'created') throw new Error('The id of the grant is taken.');
  }

  async findCode(key: TokenKey, now: EpochSeconds): Promise<FoundCode | undefined> {
    const keys = [this.#keys.grant(key.grantId), this.#keys.code(key)];
    const [code, grant] = textsOf(await this.#connection.run(scripts.findCode, keys, [now]));
    if (code === undefined || grant === undefined) return undefined;
    return { ...codeOf(key, code), grant: grantOf(key.grantId, grant) };
  }

  async redeemCode(
    key: TokenKey,
    tokens: readonly GrantToken[],
    now: EpochSeconds,
  ): Promise<'redeemed' | 'replayed' | 'missing'> {
    const issue = this.#issue(key.grantId, tokens, now);
    const last = lastExpiry(tokens);
    const keys = [...this.#ofGrant(key.grantId), this.#keys.code(key), ...issue.keys];
    const [outcome] = await this.#indexedFirst(key.grantId, last, now, (indexed) =>
      this.#connection.run(scripts.redeemCode, keys, [now, last, indexed, timeToLive(last, now), ...issue.args]),
    );
    return outcome === 'redeemed' || outcome === 'replayed' ? outcome : 'missing';
  }

  async saveClientToken(token: ClientToken): Promise<void> {
    const milliseconds = timeToLive(token.expiresAt, token.issuedAt);
    await this.#connection.command('set', this.#keys.token(token.key), clientTokenText(token), 'PX', milliseconds);
  }

  async findToken(key: TokenKey, now: EpochSeconds): Promise<FoundToken | undefined> {
    const keys = [...this.#ofGrant(key.grantId), this.#keys.token(key)];
    const [token, grant] = textsOf(await this.#connection.run(scripts.findToken, keys, [now, key.hash]));
    return token === undefined ? undefined : foundToken(key, token, grant);
  }

  async rotateRefreshToken(key: TokenKey, rotation: Rotation, now: EpochSeconds): Promise<RotationResult> {
    const { successors, sealed, grace } = rotation;
    const issue = this.#issue(key.grantId, successors, now);
    const last = lastExpiry(successors);
    const keys = [...this.#ofGrant(key.grantId), this.#keys.token(key), this.#keys.sealed(key.grantId), ...issue.keys];
    const whileRepeated = timeToLive(now + grace, now);
    const [outcome, first = ''] = await this.#indexedFirst(key.grantId, last, now, (indexed) => {
      const args = [now, last, indexed, timeToLive(last, now), grace, sealed, whileRepeated, ...issue.args];
      return this.#connection.run(scripts.rotateRefreshToken, keys, args);
    });
    if (outcome === 'repeated') return { outcome, sealed: first };
    return { outcome: outcome === 'rotated' || outcome === 'reused' ? outcome : 'missing' };
  }

  async removeToken(key: TokenKey): Promise<boolean> {
    const keys = [this.#keys.token(key), this.#keys.accessTokens(key.grantId)];
    return (await this.#connection.run(scripts.removeToken, keys, [key.hash])) !== 0;
  }

  async revokeGrant(grantId: string, _now: EpochSeconds): Promise<boolean> {
    return (await this.#revoke(grantId, {})) > 0;
  }

  async revokeGrants(of: Selection, _now: EpochSeconds): Promise<number> {
    return this.#index.removeAll(of, (grantId) => this.#revoke(grantId, of));
  }

  /** Redis removes what has expired. */
  async removeExpired(): Promise<number> {
    return 0;
  }

  async #revoke(grantId: string, of: Selection): Promise<number> {
    return Number(await this.#connection.run(scripts.revokeGrant, this.#ofGrant(grantId), ownersToMatch(of)));
  }

  #ofGrant(id: string): readonly [string, string] {
    return [this.#keys.grant(id), this.#keys.accessTokens(id)];
  }

  /** Runs a script that issues tokens. If it asks for longer index entries, extends them and runs the script again. */
  async #indexedFirst(
    grantId: string,
    needed: number,
    now: EpochSeconds,
    run: (indexed: number) => Promise<unknown>,
  ): Promise<readonly string[]> {
    const reply = textsOf(await run(0));
    const [outcome, clientId = '', subject = ''] = reply;
    if (outcome !== 'index') return reply;
    const until = indexedUntil(needed, now);
    await this.#index.add(grantId, { clientId: JSON.parse(clientId), subject: JSON.parse(subject) }, until, now);
    return textsOf(await run(until));
  }

  #issue(grantId: string, tokens: readonly GrantToken[], now: EpochSeconds, code?: CodeRow): Issue {
    if (tokens.some(({ key }) => key.grantId !== grantId)) throw new Error('A token belongs to another grant.');
    const access = tokens.filter(({ kind }) => kind === 'access');
    const refresh = tokens.filter(({ kind }) => kind === 'refresh');
    return {
      keys: [...(code ? [this.#keys.code(code.key)] : []), ...refresh.map(({ key }) => this.#keys.token(key))],
      args: [
        ...(code ? [code.text, timeToLive(code.until, now)] : []),
        ...refresh.flatMap((token) => [tokenText(token), timeToLive(token.expiresAt, now)]),
        timeToLive(lastExpiry(access), now),
        ...access.flatMap((token) => [token.key.hash, tokenText(token)]),
      ],
    };
  }
}

interface CodeRow {
  readonly key: TokenKey;
  readonly text: string;
  readonly until: EpochSeconds;
}

const lastExpiry = (
  rows: readonly { readonly expiresAt: EpochSeconds }[],
  atLeast: EpochSeconds = epochSeconds(0),
): number => Math.max(atLeast, ...rows.map(({ expiresAt }) => expiresAt));
