// The peer: oidc-provider from npm, configured to do what Claviger does by default: opaque tokens that are stored, refresh
// tokens that rotate, ID tokens signed with RS256 or ES256. PEER_STORE is `memory` or a Postgres URL.
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { postgresAdapter } from './oidc-provider-postgres.mjs';

const port = Number(process.env.PEER_PORT);
const store = process.env.PEER_STORE ?? 'memory';
const { clients, redirectUri } = JSON.parse(process.env.PEER_CLIENTS);

const key = (type, options, alg, kid) => {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg, kid };
};

const resources = { 'urn:bench:rs256': 'RS256', 'urn:bench:es256': 'ES256' };
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  ...(store === 'memory' ? {} : { adapter: await postgresAdapter(store) }),
  jwks: {
    keys: [key('rsa', { modulusLength: 2048 }, 'RS256', 'rs'), key('ec', { namedCurve: 'P-256' }, 'ES256', 'es')],
  },
  clients: clients.map(({ id, secret, grants, alg, scope }) => ({
    client_id: id,
    client_secret: secret,
    grant_types: grants,
    scope,
    redirect_uris: grants.includes('authorization_code') ? [redirectUri] : [],
    response_types: grants.includes('authorization_code') ? ['code'] : [],
    id_token_signed_response_alg: alg,
  })),
  cookies: { keys: ['a secret of the measurement'] },
  scopes: ['openid', 'offline_access', 'api'],
  rotateRefreshToken: true,
  pkce: { required: () => false },
  ttl: { AccessToken: 3600, ClientCredentials: 3600, IdToken: 3600, RefreshToken: 2_592_000, Session: 3600 },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => false,
      getResourceServerInfo: (_context, resource) => ({
        scope: 'api',
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: resources[resource] } },
      }),
    },
  },
});

// The login and the consent page, as its documentation builds them: a page that shows what is asked (GET), and the answer
// (POST) that says yes without a look at anything. Claviger's login and consent app reads and answers as often.
provider.use(async (context, next) => {
  if (!context.path.startsWith('/interaction/')) return next();
  const { params, prompt, session, grantId } = await provider.interactionDetails(context.req, context.res);
  if (context.method === 'GET') {
    context.body = `${prompt.name} for ${params.client_id}: ${params.scope}`;
    return undefined;
  }
  const options = { mergeWithLastSubmission: prompt.name === 'consent' };
  if (prompt.name === 'login') {
    const login = { accountId: `person-${Math.floor(Math.random() * 1e6)}`, remember: false };
    return provider.interactionFinished(context.req, context.res, { login }, options);
  }
  if (prompt.name !== 'consent') throw new Error(`The peer asks for ${prompt.name}.`);
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(context.req, context.res, { consent }, options);
});

provider.listen(port, '127.0.0.1');
