// Sends the same random commands to a token store and to its model.
import { type EpochSeconds, type GrantToken, seconds, type TokenKey, type TokenStore } from '@claviger/core';
import { fixtures } from '@claviger/core/contract';
import { memoryStores } from '@claviger/core/memory';

const { fullCode, fullGrant, fullToken, hashOf, later } = fixtures;

interface Step {
  /** The outcome of the command. */
  readonly what: string;
  /** The answer and all tokens that exist afterwards. */
  readonly expected: unknown;
  readonly actual: unknown;
}

interface Answer {
  readonly outcome: string;
}

export class RotationWalk {
  readonly grantId: string;
  readonly #store: TokenStore;
  readonly #model: TokenStore = memoryStores().tokens;
  readonly #codes: TokenKey[];
  #tokens: GrantToken[] = [];
  #issued = 0;
  #random: number;
  #time = 0;
  isOver = false;

  constructor(store: TokenStore, grantId: string, seed: number) {
    this.#store = store;
    this.grantId = grantId;
    this.#random = seed * 7919;
    this.#codes = ['code-1', 'code-2'].map((label) => ({ grantId, hash: hashOf(label) }));
  }

  /** A grant with a code, with two refresh tokens, and with an access token. */
  async begin(): Promise<void> {
    const [key] = this.#codes;
    const tokens = [...this.#issue('refresh'), ...this.#issue('refresh', 'access')];
    const code = key && { code: fullCode({ key }) };
    for (const store of [this.#store, this.#model]) {
      await store.createGrant(fullGrant({ id: this.grantId }), { ...code, tokens });
    }
  }

  /** From 0 to `below` - 1. */
  draw(below: number): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#random / 2 ** 32) * below);
  }

  async step(): Promise<Step> {
    this.#time += this.draw(15);
    const now = later(this.#time);
    const before = this.#tokens;
    const command = this.#command(now);
    const expected = await command(this.#model);
    const actual = await command(this.#store);
    if (!['rotated', 'redeemed'].includes(expected.outcome)) this.#tokens = before;
    if (['reused', 'replayed'].includes(expected.outcome)) this.isOver = true;
    return {
      what: expected.outcome,
      expected: [expected, await this.#found(this.#model, now)],
      actual: [actual, await this.#found(this.#store, now)],
    };
  }

  #command(now: EpochSeconds): (store: TokenStore) => Promise<Answer> {
    const kind = this.draw(12);
    if (kind === 0) {
      const key = this.#codes[this.draw(2)] ?? this.#anyToken(this.#tokens).key;
      const bought = this.#issue('access', 'refresh');
      return async (store) => ({ outcome: await store.redeemCode(key, bought, now) });
    }
    if (kind === 1) {
      const { key } = this.#anyToken(this.#tokens);
      return async (store) => ({ outcome: (await store.removeToken(key)) ? 'removed' : 'was not there' });
    }
    const refresh = this.#tokens.filter((token) => token.kind === 'refresh');
    // Mostly the newest token, as clients use; sometimes an earlier one, which may be a sister token.
    const { key } = this.#anyToken(refresh.slice([-1, -1, -2, -2, 0][this.draw(5)]));
    const successors =
      this.draw(6) === 0 ? this.#issue('access', 'refresh', 'access') : this.#issue('access', 'refresh');
    const rotation = { successors, sealed: `sealed ${this.#issued}`, grace: seconds(30) };
    return (store) => store.rotateRefreshToken(key, rotation, now);
  }

  #issue(...kinds: readonly GrantToken['kind'][]): GrantToken[] {
    const issued = kinds.map((kind) => {
      this.#issued += 1;
      const key = { grantId: this.grantId, hash: hashOf(`token-${this.#issued}`) };
      return fullToken({ key, kind, expiresAt: later(kind === 'access' ? 60 : 100_000) });
    });
    this.#tokens = [...this.#tokens, ...issued];
    return issued;
  }

  #anyToken(among: readonly GrantToken[]): GrantToken {
    return among[this.draw(among.length)] ?? fullToken();
  }

  async #found(store: TokenStore, now: EpochSeconds): Promise<string[]> {
    const found = await Promise.all(this.#tokens.map(({ key }) => store.findToken(key, now)));
    return found.flatMap((token, index) => {
      if (token?.owner !== 'grant') return [];
      return `${index}${token.rotated ? ' rotated' : ''}`;
    });
  }
}
