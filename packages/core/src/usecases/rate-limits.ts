// Who shares a budget of requests. A client has one for each network that it calls from, so nobody can use up the budget of a
// client from elsewhere. Refused requests have a separate budget for each network: wrong guesses cost a client that
// knows its secret nothing, wherever they come from.
import { networkOf } from '../domain/network.ts';
import { OAuthError } from '../errors/oauth-error.ts';
import type { LimitedEndpoint, RateLimiter } from '../ports/rate-limiter.ts';
import type { AuthenticateClient } from './token/authenticate-client.ts';

interface Caller {
  readonly address: string;
}

const hint = 'There were too many requests. Wait for as long as the header Retry-After says.';

export class RateLimits {
  readonly #limiter: RateLimiter;

  constructor(limiter: RateLimiter) {
    this.#limiter = limiter;
  }

  /** Throws temporarily_unavailable with status 429 (RFC 6585 §4). `clientId` is that of a client that exists. */
  async countClient(endpoint: LimitedEndpoint, clientId: string, { address }: Caller): Promise<void> {
    await this.#count(endpoint, `${clientId} ${networkOf(address)}`);
  }

  /** A request of no client, or of one that was refused. No client has the empty id. */
  async countStranger(endpoint: LimitedEndpoint, { address }: Caller): Promise<void> {
    await this.#count(endpoint, ` ${networkOf(address)}`);
  }

  async #count(endpoint: LimitedEndpoint, key: string): Promise<void> {
    const retryAfter = await this.#limiter.take(endpoint, key);
    if (retryAfter > 0) throw new OAuthError('temporarily_unavailable', { status: 429, hint, retryAfter });
  }
}

/** Counts each request after the client is authenticated, or refused. */
export const limitAuthentication = (
  authenticate: AuthenticateClient,
  limits: RateLimits | null,
  endpoint: LimitedEndpoint,
): AuthenticateClient => {
  if (limits === null) return authenticate;
  return async (credentials, origin) => {
    const client = await authenticate(credentials, origin).catch(async (thrown: unknown) => {
      if (thrown instanceof OAuthError && thrown.code === 'invalid_client')
        await limits.countStranger(endpoint, origin);
      throw thrown;
    });
    await limits.countClient(endpoint, client.id, origin);
    return client;
  };
};
