// Request parameters: each at most once (RFC 6749 §3.1, §3.2), except for `resource`. An empty one counts as absent.
import type { Parameters } from '../domain/authorization-request.ts';
import { oauthError } from '../errors/oauth-error.ts';

/** RFC 8707 §2: may be repeated. Its values are joined with spaces, which no URI contains. */
const repeatable = 'resource';

/** Maximum number of parameters. No OAuth request has nearly as many, and each takes time and memory. */
export const mostParameters = 100;

/** Throws invalid_request. To be called before the text is parsed. */
export const checkParameterCount = (text: string): void => {
  let found = 0;
  for (let at = text.indexOf('&', 0); at >= 0; at = text.indexOf('&', at + 1)) {
    found += 1;
    if (found >= mostParameters) {
      throw oauthError('invalid_request', `The request has more than ${mostParameters} parameters.`);
    }
  }
};

export interface ReadParameters {
  readonly values: Parameters;
  /** Names that came more than once; their first value is in `values`. */
  readonly repeated: readonly string[];
}

export const readParameters = (search: URLSearchParams): ReadParameters => {
  const values: Record<string, string> = Object.create(null);
  const seen = new Set<string>();
  const repeated: string[] = [];
  for (const [name, value] of search) {
    const known = name === repeatable ? values[name] : undefined;
    if (seen.has(name) && name !== repeatable) repeated.push(name);
    else if (value !== '') values[name] = known === undefined ? value : `${known} ${value}`;
    seen.add(name);
  }
  return { values, repeated };
};

/** The query of a request's URL. Throws invalid_request for too many parameters. */
export const queryOf = (url: string): URLSearchParams => {
  const at = url.indexOf('?');
  const query = at < 0 ? '' : url.slice(at + 1);
  checkParameterCount(query);
  return new URLSearchParams(query);
};
