// The table of known paths, for replies to requests for which Fastify's router finds no route (2018 API).

export interface KnownRoute {
  readonly method: string;
  /** Path segments; a parameter starts with a colon. */
  readonly segments: readonly string[];
}

export type NoRoute =
  | { readonly kind: 'not-found' }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'misspelt'; readonly path: string };

export const knownRoute = (method: string, pattern: string): KnownRoute => ({ method, segments: split(pattern) });

/** `path` is the raw path without the query. */
export const explainNoRoute = (routes: readonly KnownRoute[], method: string, path: string): NoRoute => {
  const segments = split(path);
  const here = routes.filter((route) => fits(route, segments, sameText) && !segments.includes(''));
  if (here.length > 0) {
    return { kind: 'wrong-method', allowed: [...new Set(here.map((route) => route.method))].sort() };
  }
  const slim = segments.filter((segment) => segment !== '');
  const meant = routes.find((route) => route.method === method && fits(route, slim, sameLetters));
  if (!meant || (!isReading(method) && hasEmptyParameter(routes, method, segments))) return { kind: 'not-found' };
  // Every segment comes from the pattern or, for parameters, as it was sent: the first one is never empty, so the path
  // cannot turn into a reference to another host (`//evil.example`, RFC 3986 §4.2).
  return {
    kind: 'misspelt',
    path: `/${meant.segments.map((part, place) => (isParameter(part) ? slim[place] : part)).join('/')}`,
  };
};

/** GET, and HEAD, which asks for the same without its body. */
export const isReading = (method: string): boolean => method === 'GET' || method === 'HEAD';

/** Whether the path belongs to a known route, with any method. */
export const isKnownPath = (routes: readonly KnownRoute[], path: string): boolean =>
  routes.some((route) => fits(route, split(path), sameText));

const split = (path: string): readonly string[] => path.split('/').slice(1);

const isParameter = (part: string): boolean => part.startsWith(':');

const fits = (
  { segments: pattern }: KnownRoute,
  segments: readonly string[],
  same: (a: string, b: string) => boolean,
): boolean =>
  pattern.length === segments.length &&
  pattern.every((part, place) => isParameter(part) || same(part, segments[place] ?? ''));

const sameText = (a: string, b: string): boolean => a === b;

const sameLetters = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * `DELETE …/consent/anna/` is a deletion for a client whose id is missing, not a misspelt deletion for all clients:
 * only a GET may have an empty segment in place of a parameter.
 */
const hasEmptyParameter = (routes: readonly KnownRoute[], method: string, segments: readonly string[]): boolean =>
  segments.includes('') && routes.some((route) => route.method === method && fits(route, segments, sameLetters));
