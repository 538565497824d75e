// Client authentication (RFC 6749 §2.3) at the token and revocation endpoints.
import { type Client, isPublic } from '../../domain/client.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { SecretHasher } from '../../ports/system.ts';
import type { FindClient } from '../clients/recent-clients.ts';
import { claimedClient, type VerifyClientAssertion } from './verify-client-assertion.ts';

/** What a request carried to identify its client. `id` alone is how a public client names itself (RFC 6749 §3.2.1). */
export type ClientCredentials =
  | {
      readonly method: 'client_secret_basic' | 'client_secret_post' | 'none';
      readonly id: string;
      readonly secret: string;
    }
  /** RFC 7521 §4.2. `id` is '' when only the assertion says who it is. */
  | { readonly method: 'client_assertion'; readonly id: string; readonly assertion: string };

declare const authenticated: unique symbol;

/** A client that proved who it is. Only authenticateClient makes one. */
export type AuthenticatedClient = Client & { readonly [authenticated]: true };

export type AuthenticateClient = (credentials: ClientCredentials) => Promise<AuthenticatedClient>;

interface Deps {
  readonly clients: FindClient;
  readonly secretHasher: SecretHasher;
  readonly verifyClientAssertion: VerifyClientAssertion;
}

/** Throws invalid_client, alike for an unknown client and for a wrong secret. */
export const makeAuthenticateClient = ({ clients, secretHasher, verifyClientAssertion }: Deps): AuthenticateClient => {
  const find = async (id: string): Promise<Client> => {
    const client = await clients.find(id);
    if (!client) throw oauthError('invalid_client');
    return client;
  };

  const checkSecret = async (client: Client, method: string, secret: string): Promise<void> => {
    const registered = client.metadata.tokenEndpointAuthMethod;
    if (method === 'none') {
      if (!isPublic(client)) throw oauthError('invalid_client');
      return;
    }
    // Its secret is a key for MACs, and is compared with nothing.
    if (registered === 'client_secret_jwt') throw oauthError('invalid_client');
    if (!(await secretHasher.verify(secret, client.secretHash))) throw oauthError('invalid_client');
    // A client is held to the method it registered (RFC 7591 §2, token_endpoint_auth_method). Only who knows the secret
    // is told so.
    if (method !== registered) {
      throw oauthError('invalid_client', `The client is registered for "${registered}", but used "${method}".`);
    }
  };

  return async (credentials) => {
    if (credentials.method === 'client_assertion') {
      const client = await find(credentials.id || claimedClient(credentials.assertion));
      await verifyClientAssertion(client, credentials.assertion);
      return client as AuthenticatedClient;
    }
    const client = await find(credentials.id);
    await checkSecret(client, credentials.method, credentials.secret);
    return client as AuthenticatedClient;
  };
};
