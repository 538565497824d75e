// How often callers may use the endpoints that strangers reach. Off by default.
import { requestRate } from '../request-rate.ts';
import { optional } from './declare.ts';

const caller = 'each client from each address (for IPv6, each /64 network)';
const refused = 'Refused requests of an address have a separate budget of the same size.';

export const rateLimits = {
  tokenRate: optional(
    'CLAVIGER_RATE_LIMIT_TOKEN',
    requestRate,
    `Requests that ${caller} may send to \`/oauth2/token\`, such as \`600/1m\`: at most 600 in a burst, and 600 a minute in the long run. Beyond it, the reply is 429 with \`Retry-After\`. ${refused} Default: no limit. See [rate limits](production.md#rate-limits).`,
  ),
  introspectionRate: optional(
    'CLAVIGER_RATE_LIMIT_INTROSPECTION',
    requestRate,
    `The same for \`/oauth2/introspect\` of the public listener. Default: no limit.`,
  ),
  authorizationRate: optional(
    'CLAVIGER_RATE_LIMIT_AUTHORIZATION',
    requestRate,
    'The same for requests to `/oauth2/auth` that begin a login. Users behind one address share the budget. Default: no limit.',
  ),
  registrationRate: optional(
    'CLAVIGER_RATE_LIMIT_REGISTRATION',
    requestRate,
    'Requests that each address may send to `/oauth2/register`, in the same notation. Default: no limit.',
  ),
};
