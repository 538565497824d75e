// A client without a library: registers itself, authenticates with every method, and reads the answers.
import { createHash } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import type { TestServer } from './start-server.ts';

export interface RegisteredClient {
  readonly id: string;
  readonly secret: string;
}

export const redirectUri = 'https://client.example/cb';

/** Long enough to be a key for every MAC (RFC 7518 §3.2). */
const secret = 'a secret of the client with enough bytes to be the key of an HMAC with SHA-512';

export const registerClient = async (
  server: TestServer,
  id: string,
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<RegisteredClient> => {
  const body = JSON.stringify({ client_id: id, client_secret: secret, redirect_uris: [redirectUri], ...metadata });
  const reply = await fetch(`${server.adminUrl}/clients`, { method: 'POST', body });
  if (reply.status !== 201) throw new Error(`${id}: ${reply.status} ${await reply.text()}`);
  return { id, secret };
};

const families: Readonly<Record<string, string>> = {
  RS: 'RS256',
  PS: 'RS256',
  ES256: 'ES256',
  ES384: 'ES384',
  ES512: 'ES512',
  EdDSA: 'EdDSA',
};

/** One key for each kind that an algorithm needs. */
export class ClientKeys {
  readonly #keys = new Map<string, { readonly privateKey: CryptoKey; readonly jwk: object }>();

  static async make(): Promise<ClientKeys> {
    const keys = new ClientKeys();
    for (const alg of new Set(Object.values(families))) {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
      keys.#keys.set(alg, { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: alg, use: 'sig' } });
    }
    return keys;
  }

  get jwks(): object {
    return { keys: [...this.#keys.values()].map(({ jwk }) => jwk) };
  }

  /** The key with which a library signs. */
  signer(alg: string): { readonly key: CryptoKey; readonly kid: string } {
    const kept = this.#keys.get(alg);
    if (!kept) throw new Error(`There is no key for ${alg}.`);
    return { key: kept.privateKey, kid: alg };
  }

  /** RFC 7523 §3. */
  assertion(client: RegisteredClient, alg: string, audience: string): Promise<string> {
    const jti = crypto.randomUUID();
    return this.sign(client, alg, { iss: client.id, sub: client.id, aud: audience, jti });
  }

  /** Valid for a minute. Signed with one of the keys, with the secret for MAC algorithms, or not at all. */
  async sign(client: RegisteredClient, alg: string, claims: JWTPayload): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload = { ...claims, iat: now, exp: now + 60 };
    if (alg === 'none') return new UnsecuredJWT(payload).encode();
    const jwt = new SignJWT(payload);
    if (alg.startsWith('HS')) return jwt.setProtectedHeader({ alg }).sign(new TextEncoder().encode(client.secret));
    const family = families[alg] ?? families[alg.slice(0, 2)] ?? '';
    const kept = this.#keys.get(family);
    if (!kept) throw new Error(`There is no key for ${alg}.`);
    // A key that was generated for one RSA algorithm signs with the others too.
    const key = await importJWK(await exportJWK(kept.privateKey), alg);
    return jwt.setProtectedHeader({ alg, kid: family }).sign(key);
  }
}

/** The client authentication of a request. */
export interface Proof {
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
}

export const proofBySecret = (client: RegisteredClient, method: string): Proof => {
  const [id, secret] = [encodeURIComponent(client.id), encodeURIComponent(client.secret)];
  if (method === 'client_secret_basic')
    return { headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` }, fields: {} };
  if (method === 'client_secret_post')
    return { headers: {}, fields: { client_id: client.id, client_secret: client.secret } };
  return { headers: {}, fields: { client_id: client.id } };
};

export const proofByAssertion = (assertion: string): Proof => ({
  headers: {},
  fields: {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  },
});

export interface Posted {
  readonly status: number;
  /** {} if the answer has no body. */
  readonly body: Readonly<Record<string, unknown>>;
}

export const postForm = async (
  url: string,
  proof: Proof,
  fields: Readonly<Record<string, string>>,
): Promise<Posted> => {
  const body = new URLSearchParams({ ...proof.fields, ...fields });
  const reply = await fetch(url, { method: 'POST', headers: proof.headers, body });
  const text = await reply.text();
  return { status: reply.status, body: text === '' ? {} : JSON.parse(text) };
};

export const codeVerifier = 'a-code-verifier-of-at-least-forty-three-characters';

export const pkce = {
  code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
  code_challenge_method: 'S256',
};
