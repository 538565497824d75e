// A relying party as in the suite: registers itself, keeps its keys, and authenticates.
import { randomBytes, randomUUID, type webcrypto } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type Given, hasCode, hasIdToken, hasToken } from './given.ts';
import { laxFetch, readJson } from './lax-fetch.ts';

export interface Keys {
  readonly kid: string;
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicJwks: { readonly keys: readonly JWK[] };
}

/** RSA keys, as in the suite. Tests share a pair unless they need their own, because generating one is slow. */
export const makeKeys = async (): Promise<Keys> => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = randomUUID();
  return {
    kid,
    privateKey,
    publicJwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }] },
  };
};

let shared: Promise<Keys> | undefined;
export const sharedKeys = (): Promise<Keys> => {
  shared ??= makeKeys();
  return shared;
};

export interface Party {
  readonly id: string;
  readonly secret: string;
  readonly keys: Keys;
  readonly redirectUri: string;
  readonly scope: string;
  /** The answer to the registration. */
  readonly registered: Readonly<Record<string, unknown>>;
}

export type Change = Readonly<Record<string, unknown>>;

export const redirectUri = 'https://party.example/test/a/claviger/callback';

/** The metadata that the suite sends, overridden by `change`. */
export const registrationRequest = (given: Given, keys: Keys, change: Change = {}): Change => ({
  client_name: 'Conformance & co.',
  grant_types: [
    ...(hasCode(given) ? ['authorization_code'] : []),
    ...(hasIdToken(given) || hasToken(given) ? ['implicit'] : []),
  ],
  jwks: keys.publicJwks,
  token_endpoint_auth_method: given.clientAuth,
  response_types: [given.responseType],
  redirect_uris: [redirectUri],
  contacts: ['party@example.com'],
  ...change,
});

export const sendRegistration = ({ server }: Given, request: Change): Promise<Response> =>
  laxFetch(server.endpoint('registration_endpoint'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(request),
  });

export interface PartyOptions {
  readonly change?: Change;
  readonly scope?: string;
  readonly keys?: Keys;
}

/** Throws unless the registration succeeds. */
export const registerParty = async (given: Given, options: PartyOptions = {}): Promise<Party> => {
  const { change = {}, scope = 'openid' } = options;
  const keys = options.keys ?? (await sharedKeys());
  const reply = await sendRegistration(given, registrationRequest(given, keys, change));
  const registered = await readJson(reply);
  if (reply.status !== 201) throw new Error(`Registration: ${reply.status} ${JSON.stringify(registered)}`);
  const [uri = redirectUri] = (registered.redirect_uris as readonly string[] | undefined) ?? [];
  const { client_id: id, client_secret: secret = '' } = registered;
  return { id: String(id), secret: String(secret), keys, redirectUri: uri, scope, registered };
};

export const randomText = (): string => randomBytes(18).toString('base64url');

/** RFC 7523 §3. */
export const makeAssertion = ({ id, keys }: Party, audience: string): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: 'RS256', kid: keys.kid })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(keys.privateKey);

/** A token request with the client authentication of the variant. `audience`: of an assertion. */
export const requestToken = async (
  given: Given,
  party: Party,
  fields: Readonly<Record<string, string>>,
  audience = given.server.endpoint('token_endpoint'),
): Promise<Response> => {
  const body = new URLSearchParams(fields);
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  if (given.clientAuth === 'client_secret_basic') {
    const [id, secret] = [party.id, party.secret].map(encodeURIComponent);
    headers.authorization = `Basic ${btoa(`${id}:${secret}`)}`;
  } else {
    body.set('client_id', party.id);
    if (given.clientAuth === 'client_secret_post') body.set('client_secret', party.secret);
    else {
      body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
      body.set('client_assertion', await makeAssertion(party, audience));
    }
  }
  return laxFetch(given.server.endpoint('token_endpoint'), { method: 'POST', headers, body: body.toString() });
};
