// GET /.well-known/jwks.json (RFC 7517 §5): the keys that the server's signatures can be checked with.
import type { Jwk } from '../domain/jwk.ts';
import type { SigningKeys } from '../ports/signing-keys.ts';
import type { Digest } from '../ports/system.ts';
import { type CacheableReply, cacheableReply } from './cacheable-reply.ts';
import type { ErrorReplies } from './error-reply.ts';
import type { Endpoint } from './wire.ts';

/** Seconds for which caches keep the set: far less than a new key is published before it signs. */
const keysAge = 60;

interface Deps {
  readonly signingKeys: SigningKeys;
  readonly digest: Digest;
  readonly errors: ErrorReplies;
}

export const makeJwksEndpoint = ({ signingKeys, digest, errors }: Deps): Endpoint => {
  let latest: { readonly keys: readonly Jwk[]; readonly reply: CacheableReply } | undefined;
  return async (request) => {
    try {
      const keys = await signingKeys.publicKeys();
      if (latest?.keys !== keys) latest = { keys, reply: cacheableReply(digest, { keys }, keysAge) };
      return latest.reply(request);
    } catch (thrown) {
      return errors.json(errors.toOAuthError(thrown, request, { endpoint: 'jwks' }));
    }
  };
};
