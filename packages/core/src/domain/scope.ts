// Scopes: how they are written (RFC 6749 §3.3), and when a pattern allows one.

/** Splits at spaces; empty parts and repetitions drop out, order stays. */
export const parseScope = (text: string): readonly string[] => [
  ...new Set(text.split(' ').filter((part) => part !== '')),
];

/**
 * Wildcard strategy (2018 API): parts between dots must be equal; a part `*` of the pattern matches any one non-empty
 * part, and as the last part one or more of them. Case counts.
 */
export const matchesScope = (pattern: string, scope: string): boolean => {
  if (scope === '') return false;
  const patternParts = pattern.split('.');
  const scopeParts = scope.split('.');
  if (patternParts.length > scopeParts.length) return false;
  if (patternParts.length < scopeParts.length && patternParts.at(-1) !== '*') return false;
  return scopeParts.every((part, index) => {
    const expected = patternParts[index] ?? '*';
    return expected === '*' ? part !== '' : part === expected;
  });
};

/** The first of the scopes that none of the patterns allows. */
export const firstNotAllowed = (patterns: readonly string[], scopes: readonly string[]): string | undefined =>
  scopes.find((scope) => !patterns.some((pattern) => matchesScope(pattern, scope)));

/** Scopes that ask for a refresh token: OpenID Connect Core §11, and the shorter name of the 2018 API. */
export const grantsOfflineAccess = (scope: readonly string[]): boolean =>
  scope.includes('offline') || scope.includes('offline_access');

export const grantsOpenId = (scope: readonly string[]): boolean => scope.includes('openid');
