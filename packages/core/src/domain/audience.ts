// Audiences: where an access token may be used. A client asks with `audience`, a list as scopes are, or with `resource`
// (RFC 8707), which may come more than once. Both name the same thing: what introspection shows as `aud`.
import { oauthError } from '../errors/oauth-error.ts';
import type { Parameters } from './authorization-request.ts';
import { parseScope } from './scope.ts';

/** RFC 8707 §2: an absolute URI, with no fragment. */
const isResource = (text: string): boolean => /^[a-z][a-z0-9+.-]*:[^\s#\p{Cc}]+$/iu.test(text) && URL.canParse(text);

/**
 * What the request asks for, without repetitions; none of it when it does not ask. Compared character by character (RFC
 * 3986 §6.2.1). Throws invalid_target for a resource (RFC 8707 §2), invalid_request for an audience. `refusal` says why
 * what is not `allowed` is not.
 */
export const requestedAudience = (
  { audience: listed = '', resource = '' }: Parameters,
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

/** With its trailing slash, if it has one, and without: clients copy an issuer either way. */
const spellingsOf = (issuer: string): readonly string[] => [
  issuer,
  issuer.endsWith('/') ? issuer.slice(0, -1) : `${issuer}/`,
];

/** Whether the text is the issuer, or differs from it by one trailing slash. */
export const isIssuer = (issuer: string, text: string): boolean => spellingsOf(issuer).includes(text);

/**
 * RFC 8707 §2.2: at the token endpoint less than was granted may be asked for. null: all of it. The issuer may always be asked
 * for, which gives a token for userinfo: there the scopes of the grant hold, whatever its audience is.
 */
export const narrowedAudience = (
  parameters: Parameters,
  granted: readonly string[],
  issuer: string,
): readonly string[] | null => {
  const audience = requestedAudience(parameters, [...granted, ...spellingsOf(issuer)], 'was not granted.');
  if (audience.length === 0) return null;
  return [...new Set(audience.map((entry) => (granted.includes(entry) || !isIssuer(issuer, entry) ? entry : issuer)))];
};
