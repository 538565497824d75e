// The reference TokenStore: a map of grants, and maps of the codes and tokens that point at them. Nothing awaits
// between reading and writing, so every command is atomic.
import type { Grant } from '../domain/grant.ts';
import { type EpochSeconds, isPast } from '../domain/time.ts';
import type { AuthorizationCode, ClientToken, GrantToken, TokenKey } from '../domain/token.ts';
import type {
  FoundCode,
  FoundToken,
  IssuedAtOnce,
  Rotation,
  RotationResult,
  TokenStore,
} from '../ports/token-store.ts';
import { removeWhere } from './removal.ts';
import { type Selection, selects } from './selection.ts';

interface StoredGrant {
  readonly grant: Grant;
  revoked: boolean;
}

interface StoredCode {
  readonly code: AuthorizationCode;
  used: boolean;
}

interface StoredToken {
  readonly token: GrantToken;
  rotation: { readonly at: EpochSeconds; sealed: string | null } | null;
}

const nameOf = ({ grantId, hash }: TokenKey): string => JSON.stringify([grantId, hash]);

export class MemoryTokenStore implements TokenStore {
  readonly #grants = new Map<string, StoredGrant>();
  readonly #codes = new Map<string, StoredCode>();
  readonly #tokens = new Map<string, StoredToken>();
  readonly #clientTokens = new Map<string, ClientToken>();

  async createGrant(grant: Grant, issued: IssuedAtOnce): Promise<void> {
    if (this.#grants.has(grant.id)) throw new Error('The id of the grant is taken.');
    this.#grants.set(grant.id, { grant: structuredClone(grant), revoked: false });
    if (issued.code) this.#codes.set(nameOf(issued.code.key), { code: structuredClone(issued.code), used: false });
    this.#save(issued.tokens ?? []);
  }

  async findCode(key: TokenKey, now: EpochSeconds): Promise<FoundCode | undefined> {
    const live = this.#liveCode(key, now);
    return live && structuredClone({ code: live.stored.code, used: live.stored.used, grant: live.owner.grant });
  }

  async redeemCode(
    key: TokenKey,
    tokens: readonly GrantToken[],
    now: EpochSeconds,
  ): Promise<'redeemed' | 'replayed' | 'missing'> {
    const live = this.#liveCode(key, now);
    if (!live) return 'missing';
    if (live.stored.used) {
      live.owner.revoked = true;
      return 'replayed';
    }
    live.stored.used = true;
    this.#save(tokens);
    return 'redeemed';
  }

  async saveClientToken(token: ClientToken): Promise<void> {
    this.#clientTokens.set(nameOf(token.key), structuredClone(token));
  }

  async findToken(key: TokenKey, now: EpochSeconds): Promise<FoundToken | undefined> {
    const token = this.#clientTokens.get(nameOf(key));
    if (token) return isPast(token.expiresAt, now) ? undefined : structuredClone({ owner: 'client', token });
    const live = this.#liveToken(key, now);
    if (!live) return undefined;
    const { stored, owner } = live;
    return structuredClone({
      owner: 'grant',
      token: stored.token,
      rotated: stored.rotation !== null,
      grant: owner.grant,
    });
  }

  async rotateRefreshToken(key: TokenKey, rotation: Rotation, now: EpochSeconds): Promise<RotationResult> {
    const live = this.#liveToken(key, now);
    if (live?.stored.token.kind !== 'refresh') return { outcome: 'missing' };
    const { stored, owner } = live;
    if (stored.rotation === null) {
      removeWhere(this.#tokens, ({ token }) => token.key.grantId === key.grantId && token.kind === 'access');
      // The caller holds this token, so it received the result of the previous rotation. Nobody needs to repeat that.
      for (const { rotation: earlier, token } of this.#tokens.values()) {
        if (earlier && token.key.grantId === key.grantId) earlier.sealed = null;
      }
      stored.rotation = { at: now, sealed: rotation.sealed };
      this.#save(rotation.successors);
      return { outcome: 'rotated' };
    }
    // A clock that is behind another node's must not revive a grace period that is over or turned off.
    if (Math.max(0, now - stored.rotation.at) < rotation.grace && stored.rotation.sealed !== null) {
      return { outcome: 'repeated', sealed: stored.rotation.sealed };
    }
    owner.revoked = true;
    return { outcome: 'reused' };
  }

  async removeToken(key: TokenKey): Promise<boolean> {
    return this.#tokens.delete(nameOf(key)) || this.#clientTokens.delete(nameOf(key));
  }

  async revokeGrant(grantId: string, _now: EpochSeconds): Promise<boolean> {
    return this.#revokeWhere(({ id }) => id === grantId) > 0;
  }

  async revokeGrants(of: Selection, _now: EpochSeconds): Promise<number> {
    return this.#revokeWhere((grant) => selects(of, grant));
  }

  async removeExpired(
    before: { readonly now: EpochSeconds; readonly issued: EpochSeconds },
    limit: number,
  ): Promise<number> {
    const isOver = (row: { readonly issuedAt: EpochSeconds; readonly expiresAt: EpochSeconds }): boolean =>
      isPast(row.expiresAt, before.now) && row.issuedAt < before.issued;
    let removed = removeWhere(this.#codes, ({ code }) => isOver(code), limit);
    removed += removeWhere(this.#tokens, ({ token }) => isOver(token), limit - removed);
    removed += removeWhere(this.#clientTokens, isOver, limit - removed);
    const inUse = this.#grantsInUse();
    const isLeft = ({ grant }: StoredGrant): boolean => isPast(grant.keepUntil, before.now) && !inUse.has(grant.id);
    return removed + removeWhere(this.#grants, isLeft, limit - removed);
  }

  #save(tokens: readonly GrantToken[]): void {
    for (const token of tokens) {
      this.#tokens.set(nameOf(token.key), { token: structuredClone(token), rotation: null });
    }
  }

  #liveCode(key: TokenKey, now: EpochSeconds): { stored: StoredCode; owner: StoredGrant } | undefined {
    const stored = this.#codes.get(nameOf(key));
    const owner = this.#grants.get(key.grantId);
    return stored && owner && !owner.revoked && !isPast(stored.code.expiresAt, now) ? { stored, owner } : undefined;
  }

  #liveToken(key: TokenKey, now: EpochSeconds): { stored: StoredToken; owner: StoredGrant } | undefined {
    const stored = this.#tokens.get(nameOf(key));
    const owner = this.#grants.get(key.grantId);
    return stored && owner && !owner.revoked && !isPast(stored.token.expiresAt, now) ? { stored, owner } : undefined;
  }

  #revokeWhere(matches: (grant: Grant) => boolean): number {
    const alive = [...this.#grants.values()].filter((stored) => !stored.revoked && matches(stored.grant));
    for (const stored of alive) stored.revoked = true;
    return alive.length;
  }

  #grantsInUse(): Set<string> {
    const codes = [...this.#codes.values()].map(({ code }) => code.key.grantId);
    const tokens = [...this.#tokens.values()].map(({ token }) => token.key.grantId);
    return new Set([...codes, ...tokens]);
  }
}
