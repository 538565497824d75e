// The provider's metadata (OpenID Connect Discovery §3 and §4, RFC 8414 §2).
import { laxFetch, readJson } from '../support/lax-fetch.ts';
import type { Module } from '../support/module.ts';

const listOf = (metadata: Readonly<Record<string, unknown>>, member: string): readonly string[] => {
  const list = metadata[member];
  if (!Array.isArray(list)) throw new Error(`${member} is not a list`);
  return list;
};

export const discoveryModules: readonly Module[] = [
  {
    name: 'oidcc-discovery-endpoint-verification',
    requirement: 'discovery has all required members, all endpoints are https, and the keys are at the announced URL',
    async run(t, { server }) {
      const reply = await laxFetch(`${server.issuer}.well-known/openid-configuration`);
      t.equal(reply.status, 200);
      t.match(reply.headers.get('content-type'), /^application\/json/);
      const metadata = await readJson(reply);
      t.equal(metadata.issuer, server.issuer);
      for (const [member, value] of Object.entries(metadata)) {
        if (/_(endpoint|uri)$/.test(member)) t.match(value, /^https:\/\/127\.0\.0\.1:\d+\//, member);
        if (Array.isArray(value)) t.ok(value.length > 0, `RFC 8414 §3.2: ${member} is not empty`);
      }
      const has = (member: string, ...wanted: string[]): void => {
        const list = listOf(metadata, member);
        for (const value of wanted) t.ok(list.includes(value), `${member} has ${value}`);
      };
      has('response_types_supported', 'code', 'id_token', 'id_token token', 'code id_token', 'code token');
      has('response_types_supported', 'code id_token token');
      has('response_modes_supported', 'query', 'fragment', 'form_post');
      has('subject_types_supported', 'public', 'pairwise');
      has('id_token_signing_alg_values_supported', 'RS256');
      has('userinfo_signing_alg_values_supported', 'RS256');
      has('request_object_signing_alg_values_supported', 'RS256');
      has('grant_types_supported', 'authorization_code', 'implicit', 'refresh_token');
      has('token_endpoint_auth_methods_supported', 'client_secret_basic', 'client_secret_post', 'private_key_jwt');
      has('scopes_supported', 'openid', 'profile', 'email', 'address', 'phone', 'offline_access');
      has('claims_supported', 'sub', 'name', 'email', 'address', 'phone_number', 'updated_at');
      has('code_challenge_methods_supported', 'S256');
      for (const endpoint of ['authorization', 'token', 'userinfo', 'registration', 'revocation']) {
        t.type(metadata[`${endpoint}_endpoint`], 'string');
      }
      t.match(metadata, {
        claims_parameter_supported: true,
        request_parameter_supported: true,
        request_uri_parameter_supported: true,
        authorization_response_iss_parameter_supported: true,
      });

      const { keys } = (await readJson(await laxFetch(server.endpoint('jwks_uri')))) as {
        keys: readonly Record<string, string>[];
      };
      t.ok(keys.some(({ kty, alg }) => kty === 'RSA' && (alg ?? 'RS256') === 'RS256'));
      t.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length, 'each key has a different kid');
      for (const key of keys) t.notOk('d' in key || 'k' in key, 'no key is private');
    },
  },
];
