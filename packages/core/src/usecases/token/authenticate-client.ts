// Client authentication (RFC 6749 §2.3) at the token and revocation endpoints.
import { allowsAuthMethod, type Client, type ConfidentialClient, isPublic } from '../../domain/client.ts';
import type { CredentialsRefusal, Origin } from '../../domain/event.ts';
import { networkOf } from '../../domain/network.ts';
import { OAuthError, oauthError } from '../../errors/oauth-error.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { Clock, SecretHasher } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import type { FindClient } from '../clients/client-cache.ts';
import { claimedClient, type VerifyClientAssertion } from './verify-client-assertion.ts';
import { makeCountWrongGuess } from './wrong-guesses.ts';

/** The client credentials of a request. */
export type ClientCredentials =
  /** RFC 6749 §2.3.1. */
  | { readonly method: 'client_secret_basic' | 'client_secret_post'; readonly id: string; readonly secret: string }
  /** RFC 6749 §3.2.1: a public client sends only its id. */
  | { readonly method: 'none'; readonly id: string }
  /** RFC 7521 §4.2. Without an id, only the assertion says who it is. */
  | { readonly method: 'client_assertion'; readonly id?: string | undefined; readonly assertion: string };

declare const authenticated: unique symbol;

/** A client that has authenticated. Only authenticateClient creates one. */
export type AuthenticatedClient = Client & { readonly [authenticated]: true };

interface Presented extends Origin {
  /** Receives the id of the client that the credentials name. */
  readonly notes?: { clientId: string };
}

export type AuthenticateClient = (credentials: ClientCredentials, origin: Presented) => Promise<AuthenticatedClient>;

interface Deps {
  readonly clients: FindClient;
  readonly clientStore: Pick<ClientStore, 'replace'>;
  readonly clock: Clock;
  readonly events: EventSink | null;
  readonly settings: Pick<Settings, 'strictAuthMethod'>;
  readonly secretHasher: SecretHasher;
  readonly verifyClientAssertion: VerifyClientAssertion;
}

/** Throws invalid_client, alike for an unknown client and for a wrong secret. */
export const makeAuthenticateClient = (deps: Deps): AuthenticateClient => {
  const { clients, clientStore, events, settings, secretHasher, verifyClientAssertion } = deps;
  const countWrongGuess = makeCountWrongGuess(deps.clock);

  /** Records why, and returns the error: callers of the endpoint do not learn the reason. */
  const refused = (
    clientId: string,
    origin: Origin,
    reason: CredentialsRefusal,
    error = oauthError('invalid_client'),
  ): OAuthError => {
    events?.record({ type: 'OAuth2ClientAuthenticationFailed', clientId, reason, origin });
    return error;
  };

  const find = async (id: string | undefined, origin: Origin): Promise<Client> => {
    const client = id === undefined ? undefined : await clients.find(id);
    if (!client) throw refused(id ?? '', origin, 'unknown_client');
    return client;
  };

  /** So that no process has to compute the slow hash for this client again. */
  const storeRenewedHash = async (client: ConfidentialClient, secret: string, stored: string): Promise<void> => {
    const storedSecret = secretHasher.renew(secret, stored);
    try {
      await clientStore.replace({ ...client, storedSecret, version: client.version + 1 }, client.version);
    } catch {
      // The secret is still right. This process remembers the new hash, and another process will store it.
    }
  };

  const verifySecret = async (client: Client, secret: string, origin: Origin): Promise<void> => {
    if (client.storedSecret === null) {
      throw refused(client.id, origin, 'wrong_secret', countWrongGuess(client.id, networkOf(origin.address)));
    }
    const { storedSecret } = client;
    let verdict = secretHasher.recognise(secret, storedSecret);
    if (verdict === 'right') return;
    const lane = { clientId: client.id, address: networkOf(origin.address) };
    if (verdict === 'unknown') {
      const isRight = await secretHasher.verify(secret, storedSecret, lane);
      // The first of several concurrent requests has already renewed the hash.
      verdict = isRight ? secretHasher.recognise(secret, storedSecret) : 'wrong';
    }
    if (verdict === 'wrong') {
      throw refused(client.id, origin, 'wrong_secret', countWrongGuess(lane.clientId, lane.address));
    }
    if (verdict !== 'right') await storeRenewedHash(client, secret, storedSecret);
  };

  const checkSecret = async (client: Client, method: string, secret: string, origin: Origin): Promise<void> => {
    const registered = client.metadata.tokenEndpointAuthMethod;
    // Such a client only computes MACs with its secret. The secret itself is never accepted.
    if (registered === 'client_secret_jwt') throw refused(client.id, origin, 'wrong_method');
    await verifySecret(client, secret, origin);
    // Only a caller that knows the secret learns the registered method.
    if (method !== registered && (settings.strictAuthMethod || !allowsAuthMethod(client, method))) {
      const hint = `The client is registered for "${registered}", but used "${method}".`;
      throw refused(client.id, origin, 'wrong_method', oauthError('invalid_client', hint));
    }
  };

  const checkAssertion = async (client: Client, assertion: string, origin: Origin): Promise<void> => {
    try {
      await verifyClientAssertion(client, assertion);
    } catch (thrown) {
      if (!(thrown instanceof OAuthError) || thrown.code !== 'invalid_client') throw thrown;
      throw refused(client.id, origin, 'invalid_assertion', thrown);
    }
  };

  return async (credentials, origin) => {
    const { notes } = origin;
    if (credentials.method === 'client_assertion') {
      const id = credentials.id ?? claimedClient(credentials.assertion);
      if (notes && id !== undefined) notes.clientId = id;
      const client = await find(id, origin);
      await checkAssertion(client, credentials.assertion, origin);
      return client as AuthenticatedClient;
    }
    if (notes) notes.clientId = credentials.id;
    const client = await find(credentials.id, origin);
    if (credentials.method !== 'none') await checkSecret(client, credentials.method, credentials.secret, origin);
    else if (!isPublic(client)) throw refused(client.id, origin, 'secret_missing');
    return client as AuthenticatedClient;
  };
};
