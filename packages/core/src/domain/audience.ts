// Audiences: where an access token may be used. A client asks with `audience`, a list separated by spaces, or with
// `resource` (RFC 8707), which may be repeated. Both name the same thing: what introspection shows as `aud`.
import { oauthError } from '../errors/oauth-error.ts';
import { parseScope } from './scope.ts';

/** The parameters of a request that ask for an audience. */
export interface AudienceParameters {
  readonly audience?: string;
  /** Repeated values are joined with spaces. */
  readonly resource?: string;
}

/** RFC 8707 §2: an absolute URI, with no fragment. */
const isResource = (text: string): boolean => /^[a-z][a-z0-9+.-]*:[^\s#\p{Cc}]+$/iu.test(text) && URL.canParse(text);

/**
 * The requested audience without repetitions, empty when none was requested. Entries are compared character by
 * character (RFC 3986 §6.2.1). Throws invalid_target for a resource (RFC 8707 §2) and invalid_request for an audience.
 * `refusal` completes the sentence about an entry that is not in `allowed`.
 */
export const requestedAudience = (
  { audience: listed = '', resource = '' }: AudienceParameters,
  allowed: readonly string[],
  refusal: string,
): readonly string[] => {
  if (listed === '' && resource === '') return [];
  const audience = parseScope(listed);
  const resources = parseScope(resource);
  if (!resources.every(isResource)) {
    throw oauthError('invalid_target', 'The parameter "resource" must be an absolute URI without a fragment.');
  }
  const isExcess = (wanted: string): boolean => !allowed.includes(wanted);
  const [excess, excessResource] = [audience.find(isExcess), resources.find(isExcess)];
  if (excess !== undefined) throw oauthError('invalid_request', `The audience "${excess}" ${refusal}`);
  if (excessResource !== undefined) throw oauthError('invalid_target', `The resource "${excessResource}" ${refusal}`);
  return [...new Set([...audience, ...resources])];
};

/** The issuer with and without a trailing slash, because clients write it both ways. */
const spellingsOf = (issuer: string): readonly string[] => [
  issuer,
  issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/`,
];

/** Whether the text is the issuer, or differs from it by one trailing slash. */
export const isIssuer = (issuer: string, text: string): boolean => spellingsOf(issuer).includes(text);

/**
 * RFC 8707 §2.2: a token request may ask for less than was granted. null means everything that was granted. A client
 * may always ask for the issuer, to get a token for userinfo: that endpoint decides by scope, not by audience.
 */
export const narrowedAudience = (
  parameters: AudienceParameters,
  granted: readonly string[],
  issuer: string,
): readonly string[] | null => {
  const audience = requestedAudience(parameters, [...granted, ...spellingsOf(issuer)], 'was not granted.');
  if (audience.length === 0) return null;
  return [...new Set(audience.map((entry) => (granted.includes(entry) || !isIssuer(issuer, entry) ? entry : issuer)))];
};
