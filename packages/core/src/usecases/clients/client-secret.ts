// How a client's secret is stored: as a hash, or sealed for client_secret_jwt, whose MACs need the secret itself.
import {
  type Client,
  type ClientMetadata,
  type ConfidentialClient,
  isPublic,
  usesSecret,
} from '../../domain/client.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { Cipher, System } from '../../ports/system.ts';

/** Size of a generated secret: 256 bits, 43 characters of base64url. */
export const secretBytes = 32;

const sealed = 'sealed:';

type Deps = Pick<System, 'cipher' | 'secretHasher'>;

const contextOf = (clientId: string): string => JSON.stringify(['client secret', clientId]);

/** RFC 7518 §3.2: a MAC key at least as long as the hash. Throws invalid_request. */
export const checkKeptSecret = ({ tokenEndpointAuthMethod }: ClientMetadata, secret: string): void => {
  if (tokenEndpointAuthMethod === 'client_secret_jwt' && new TextEncoder().encode(secret).length < 32) {
    throw oauthError('invalid_request', 'client_secret must have at least 32 bytes for client_secret_jwt.');
  }
};

/** The secret to store; null for a public client. `drawn`: the server generated it from 256 random bits. */
export const keepSecret = async (
  { cipher, secretHasher }: Deps,
  {
    id,
    metadata,
    secret,
    generated: drawn,
  }: { id: string; metadata: ClientMetadata; secret: string; generated: boolean },
): Promise<string | null> => {
  if (metadata.tokenEndpointAuthMethod === 'none') return null;
  checkKeptSecret(metadata, secret);
  if (metadata.tokenEndpointAuthMethod === 'client_secret_jwt') {
    return `${sealed}${cipher.seal(secret, contextOf(id))}`;
  }
  return drawn ? secretHasher.hashGenerated(secret) : secretHasher.hashChosen(secret);
};

/** For client_secret_jwt. Throws server_error when the client's secret is kept as a hash. */
export const openSealedSecret = (cipher: Cipher, { id, storedSecret }: Client): string => {
  if (!storedSecret?.startsWith(sealed))
    throw oauthError('server_error', 'The secret of the client cannot be decrypted.');
  return cipher.open(storedSecret.slice(sealed.length), contextOf(id));
};

/**
 * The next version of the client, with its secret sealed with the newest system secret; null if it already is, or if
 * only a hash is kept.
 */
export const resealSecret = (cipher: Cipher, client: Client): ConfidentialClient | null => {
  if (isPublic(client) || client.storedSecret === null) return null;
  const { id, storedSecret } = client;
  const resealed = storedSecret.startsWith(sealed)
    ? cipher.reseal(storedSecret.slice(sealed.length), contextOf(id))
    : null;
  if (resealed === null) return null;
  return { ...client, storedSecret: `${sealed}${resealed}`, version: client.version + 1 };
};

/** The kept secret after a change of the authentication method without a new secret. Throws invalid_request. */
export const rekeepSecret = async (deps: Deps, client: Client, metadata: ClientMetadata): Promise<string | null> => {
  const wantsSealed = metadata.tokenEndpointAuthMethod === 'client_secret_jwt';
  if (client.storedSecret === null && usesSecret({ metadata })) {
    throw oauthError('invalid_request', 'client_secret must be sent, because the client has none.');
  }
  const isSealed = client.storedSecret?.startsWith(sealed) ?? false;
  if (wantsSealed === isSealed) return client.storedSecret;
  if (wantsSealed) throw oauthError('invalid_request', 'client_secret must be sent again for client_secret_jwt.');
  return deps.secretHasher.hashChosen(openSealedSecret(deps.cipher, client));
};

/** In constant time. */
export const isSecretOf = async (
  { cipher, digest, secretHasher }: Deps & Pick<System, 'digest'>,
  client: Client,
  secret: string,
): Promise<boolean> => {
  if (client.storedSecret === null) return false;
  return client.storedSecret.startsWith(sealed)
    ? digest.equal(secret, openSealedSecret(cipher, client))
    : secretHasher.verify(secret, client.storedSecret);
};
