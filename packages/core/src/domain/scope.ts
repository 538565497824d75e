// Scopes: how they are written (RFC 6749 §3.3), and when a pattern allows one.
import { oauthError } from '../errors/oauth-error.ts';

/** Splits at spaces. Drops empty parts and duplicates, and keeps the order. For text that was already validated. */
export const parseScope = (text: string): readonly string[] => {
  if (!text.includes(' ')) return text === '' ? [] : [text];
  return [...new Set(text.split(' ').filter((part) => part !== ''))];
};

/** RFC 6749 §3.3, scope-token: printable ASCII except the space, `"` and `\`. */
const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** Scope tokens and the spaces between them. */
const scopeText = /^[\x20\x21\x23-\x5B\x5D-\x7E]*$/;

/**
 * The first entry that is not a scope token. A resource server may split a scope at any white space. A token that
 * contains white space would therefore show it a scope that no pattern allowed.
 */
export const firstMalformed = (scopes: readonly string[]): string | undefined =>
  scopes.find((scope) => !scopeToken.test(scope));

const refuse = (malformed: string, name: string) =>
  oauthError(
    'invalid_scope',
    `${name} contains ${JSON.stringify(malformed)}. A scope is printable ASCII without spaces, quotation marks or backslashes; spaces separate scopes.`,
  );

/** The scopes of a request's `scope` parameter. Throws invalid_scope. */
export const readScope = (text: string): readonly string[] => {
  const scopes = parseScope(text);
  if (!scopeText.test(text)) throw refuse(firstMalformed(scopes) ?? text, 'The parameter "scope"');
  return scopes;
};

/** Like readScope, for scopes that arrive as a list. `name` is the name of the list in the request. */
export const readScopeList = (list: readonly string[], name: string): readonly string[] => {
  const scopes = [...new Set(list.filter((scope) => scope !== ''))];
  const malformed = firstMalformed(scopes);
  if (malformed !== undefined) throw refuse(malformed, name);
  return scopes;
};

/** How a pattern (a client's registered scope, or a granted one) allows scopes. All are case-sensitive. */
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

/** Why a client may not request a scope, and what to change. */
export const notAllowedHint = (excess: string, registered: string): string => {
  const why = registered === '' ? ', because none is registered for it' : '';
  return `The client may not request the scope "${excess}"${why}. Add it to the member "scope" of the client (PUT /clients/{id} of the admin API), or do not request it.`;
};

/** Scopes that ask for a refresh token: OpenID Connect Core §11, and the shorter name of the 2018 API. */
export const grantsOfflineAccess = (scope: readonly string[]): boolean =>
  scope.includes('offline') || scope.includes('offline_access');

export const grantsOpenId = (scope: readonly string[]): boolean => scope.includes('openid');
