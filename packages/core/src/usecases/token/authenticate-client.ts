// Client authentication (RFC 6749 §2.3) at the token and revocation endpoints.
import { type Client, isPublic } from '../../domain/client.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { SecretHasher } from '../../ports/system.ts';

/** What a request carried to identify its client. `id` alone is how a public client names itself (RFC 6749 §3.2.1). */
export interface ClientCredentials {
  readonly method: 'client_secret_basic' | 'client_secret_post' | 'none';
  readonly id: string;
  readonly secret: string;
}

declare const authenticated: unique symbol;

/** A client that proved who it is. Only authenticateClient makes one. */
export type AuthenticatedClient = Client & { readonly [authenticated]: true };

export type AuthenticateClient = (credentials: ClientCredentials) => Promise<AuthenticatedClient>;

/** Throws invalid_client, alike for an unknown client and for a wrong secret. */
export const makeAuthenticateClient =
  ({ clients, secretHasher }: { clients: ClientStore; secretHasher: SecretHasher }): AuthenticateClient =>
  async ({ method, id, secret }) => {
    const client = await clients.find(id);
    if (!client) throw oauthError('invalid_client');
    const registered = client.metadata.tokenEndpointAuthMethod;
    if (method === 'none' && !isPublic(client)) throw oauthError('invalid_client');
    if (method !== 'none' && !(await secretHasher.verify(secret, client.secretHash))) {
      throw oauthError('invalid_client');
    }
    // A client is held to the method it registered (RFC 7591 §2, token_endpoint_auth_method). Only who knows the secret
    // is told so.
    if (method !== registered) {
      throw oauthError('invalid_client', `The client is registered for "${registered}", but used "${method}".`);
    }
    return client as AuthenticatedClient;
  };
