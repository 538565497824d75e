// Parts of broken token stores that find tokens they should not find. Several cases use them.
import type { FoundToken, GrantToken, TokenStore } from '../../src/index.ts';
import type { Fault } from './broken-stores.ts';

type Breaks = Fault<TokenStore>['breaks'];

/** Finds tokens regardless of the state of their grant, as if each were a client's own. */
export const reviving = (sound: TokenStore): Partial<TokenStore> => {
  const saved = new Map<string, GrantToken>();
  const remember = (tokens: readonly GrantToken[]): void => {
    for (const token of tokens) saved.set(JSON.stringify(token.key), token);
  };
  return {
    redeemCode: (key, tokens, now) => {
      remember(tokens);
      return sound.redeemCode(key, tokens, now);
    },
    rotateRefreshToken: (key, rotation, now) => {
      remember(rotation.successors);
      return sound.rotateRefreshToken(key, rotation, now);
    },
    findToken: async (key, now) => {
      const token = saved.get(JSON.stringify(key));
      const found = await sound.findToken(key, now);
      return (
        found ??
        (token && {
          owner: 'client',
          token: { ...token, clientId: 'app', clientIncarnation: null, scope: [], audience: [] },
        })
      );
    },
  };
};

/** Finds a token as it was passed in, as long as `stillFound` says so. */
export const findingTokensAsGiven =
  (stillFound: (token: GrantToken, cleaned: boolean) => boolean): Breaks =>
  (sound) => {
    const given = new Map<string, FoundToken & { owner: 'grant' }>();
    let cleaned = false;
    return {
      createGrant: async (grant, issued) => {
        await sound.createGrant(grant, issued);
        for (const token of issued.tokens ?? []) {
          given.set(token.key.hash, { owner: 'grant', token, rotated: false, grant });
        }
      },
      removeExpired: (before, limit) => {
        cleaned = true;
        return sound.removeExpired(before, limit);
      },
      findToken: async (key, now) => {
        const entry = given.get(key.hash);
        return entry && stillFound(entry.token, cleaned) ? entry : sound.findToken(key, now);
      },
    };
  };
