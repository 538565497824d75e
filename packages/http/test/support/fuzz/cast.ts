// The parties of the fuzz run: clients, their requests, and what the person allows.
import { type Pairs, request } from './request.ts';

export const redirectUri = 'https://shop.example/cb';
const secret = 'a-secret-of-the-shop-that-is-long-enough';
export const authorization = `Basic ${btoa(`shop:${secret}`)}`;

export const shop = {
  client_id: 'shop',
  client_secret: secret,
  client_name: 'Shop',
  redirect_uris: [redirectUri, 'http://127.0.0.1:5555/cb?a=b'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'implicit'],
  response_types: ['code', 'token', 'id_token', 'code id_token', 'code token id_token', 'none'],
  scope: 'openid offline photos.*',
  audience: ['https://api.example/photos', 'reports'],
  contacts: ['ops@shop.example'],
  jwks: { keys: [{ kty: 'oct', kid: 'k', k: 'AQAB' }] },
  subject_type: 'public',
  token_endpoint_auth_method: 'client_secret_basic',
  request_object_signing_alg: 'none',
};

export const signer = { ...shop, client_id: 'signer', token_endpoint_auth_method: 'private_key_jwt', jwks: undefined };

export const authorizeQuery: Pairs = [
  ['client_id', 'shop'],
  ['response_type', 'code'],
  ['redirect_uri', redirectUri],
  ['scope', 'openid offline photos.read'],
  ['state', 'a-state'],
  ['nonce', 'a-nonce'],
  ['audience', 'reports'],
  ['resource', 'https://api.example/photos'],
  ['code_challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'],
  ['code_challenge_method', 'S256'],
  ['max_age', '3600'],
  ['ui_locales', 'de en'],
  ['acr_values', '1 2'],
];

/** The client may send it unsigned. */
export const requestObject = [
  { alg: 'none' },
  { client_id: 'shop', state: 'from the object', max_age: 60, claims: {} },
  '',
]
  .map((part) => (part === '' ? '' : Buffer.from(JSON.stringify(part)).toString('base64url')))
  .join('.');

export const begin = request('public', 'GET /oauth2/auth', { query: authorizeQuery });

export const consent = {
  grant_scope: ['openid', 'offline'],
  grant_access_token_audience: ['reports'],
  session: { access_token: { a: 1 }, id_token: { name: 'Anna' } },
  remember: false,
  remember_for: 60,
};
