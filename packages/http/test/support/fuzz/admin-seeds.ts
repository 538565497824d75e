// Valid requests for the rest of the admin API, and for the pages and documents that need nothing.
import { shop, signer } from './cast.ts';
import { type FuzzRequest, json, request } from './request.ts';

export const adminSeeds: readonly FuzzRequest[] = [
  request('admin', 'POST /clients', { body: json({ ...shop, client_id: 'another' }) }),
  request('admin', 'POST /clients', {
    body: json({
      redirect_uris: ['https://a.example/cb'],
      sector_identifier_uri: 'https://a.example/s',
      subject_type: 'pairwise',
    }),
  }),
  request('admin', 'GET /clients', {
    query: [
      ['limit', '10'],
      ['offset', '0'],
    ],
  }),
  request('admin', 'GET /clients/shop'),
  request('admin', 'PUT /clients/another', { body: json({ ...signer, jwks_uri: 'https://shop.example/jwks.json' }) }),
  request('admin', 'DELETE /clients/another'),
  request('admin', 'GET /oauth2/auth/sessions/consent/anna', { query: [['limit', '10']] }),
  request('admin', 'DELETE /oauth2/auth/sessions/consent/bert'),
  request('admin', 'DELETE /oauth2/auth/sessions/consent/bert/shop'),
  request('admin', 'DELETE /oauth2/auth/sessions/login/bert'),
  request('admin', 'POST /oauth2/flush', { body: json({ notAfter: '2017-07-14T02:40:00Z' }) }),
  request('admin', 'POST /keys/set', { body: json({ alg: 'HS256', kid: 'k', use: 'sig' }) }),
  request('admin', 'PUT /keys/set', { body: json({ keys: [{ kty: 'oct', kid: 'a', k: 'AQAB' }] }) }),
  request('admin', 'PUT /keys/set/a', { body: json({ kty: 'EC', kid: 'a', crv: 'P-256', x: 'AQAB', y: 'AQAB' }) }),
  request('admin', 'GET /keys/set'),
  request('admin', 'GET /keys/set/a'),
  request('admin', 'DELETE /keys/set/a'),
  request('admin', 'DELETE /keys/set'),
  ...['/health/alive', '/health/ready', '/health/status', '/version', '/metrics/prometheus'].map((path) =>
    request('admin', `GET ${path}`),
  ),
  ...['openid-configuration', 'oauth-authorization-server', 'jwks.json'].map((name) =>
    request('public', `GET /.well-known/${name}`),
  ),
  ...['consent', 'error', 'logout'].map((name) =>
    request('public', `GET /oauth2/fallbacks/${name}`, { query: [['error', 'x']] }),
  ),
];
