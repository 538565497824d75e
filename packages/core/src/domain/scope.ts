// Scopes: how they are written (RFC 6749 §3.3), and when a pattern allows one.

/** Splits at spaces; empty parts and repetitions drop out, order stays. */
export const parseScope = (text: string): readonly string[] => {
  if (!text.includes(' ')) return text === '' ? [] : [text];
  return [...new Set(text.split(' ').filter((part) => part !== ''))];
};

/** How a pattern (a client's registered scope, or a granted one) allows scopes. Case counts in all of them. */
export type ScopeStrategy = 'wildcard' | 'hierarchic' | 'exact';

/**
 * 2018 API: parts between dots must be equal; a part `*` of the pattern matches any one non-empty part, and as the last
 * part one or more of them.
 */
const matchesWildcard = (pattern: string, scope: string): boolean => {
  if (!pattern.includes('*')) return pattern === scope;
  const patternParts = pattern.split('.');
  const scopeParts = scope.split('.');
  if (patternParts.length > scopeParts.length) return false;
  if (patternParts.length < scopeParts.length && patternParts.at(-1) !== '*') return false;
  return scopeParts.every((part, index) => {
    const expected = patternParts[index] ?? '*';
    return expected === '*' ? part !== '' : part === expected;
  });
};

const matches: Readonly<Record<ScopeStrategy, (pattern: string, scope: string) => boolean>> = {
  wildcard: matchesWildcard,
  /** 2018 API: equal, or the pattern is a prefix in whole parts. */
  hierarchic: (pattern, scope) => scope === pattern || scope.startsWith(`${pattern}.`),
  exact: (pattern, scope) => scope === pattern,
};

export const matchesScope = (strategy: ScopeStrategy, pattern: string, scope: string): boolean =>
  scope !== '' && pattern !== '' && matches[strategy](pattern, scope);

/** The first of the scopes that none of the patterns allows. */
export const firstNotAllowed = (
  strategy: ScopeStrategy,
  patterns: readonly string[],
  scopes: readonly string[],
): string | undefined => scopes.find((scope) => !patterns.some((pattern) => matchesScope(strategy, pattern, scope)));

/** Scopes that ask for a refresh token: OpenID Connect Core §11, and the shorter name of the 2018 API. */
export const grantsOfflineAccess = (scope: readonly string[]): boolean =>
  scope.includes('offline') || scope.includes('offline_access');

export const grantsOpenId = (scope: readonly string[]): boolean => scope.includes('openid');
