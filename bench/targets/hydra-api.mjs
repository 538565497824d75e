// Any server with Hydra's HTTP API: Claviger, started here, or one whose URLs are given.
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { freePorts, startServer } from '../lib/child.mjs';
import { clients, redirectUri } from './clients.mjs';

const program = fileURLToPath(new URL('../../apps/server/dist/src/main.js', import.meta.url));

const describe = ({ publicUrl, adminUrl, introspectPath, adminHeaders = {}, clients: registered }) => ({
  clients: registered,
  adminHeaders,
  urls: {
    admin: adminUrl,
    token: `${publicUrl}/oauth2/token`,
    introspect: `${adminUrl}${introspectPath}`,
    userinfo: `${publicUrl}/userinfo`,
    authorize: `${publicUrl}/oauth2/auth`,
    discovery: `${publicUrl}/.well-known/openid-configuration`,
    jwks: `${publicUrl}/.well-known/jwks.json`,
  },
});

/** Registered over the admin API; names of members that 2018 had not are those of today's Hydra. */
const register = async (clientsUrl, adminHeaders = {}) => {
  const registered = {};
  for (const [kind, client] of Object.entries(clients)) {
    const { statusCode, body } = await request(clientsUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...adminHeaders },
      body: JSON.stringify({
        client_id: client.id,
        client_secret: client.secret,
        grant_types: client.grants,
        response_types: ['code'],
        redirect_uris: client.redirectUri ? [redirectUri] : [],
        scope: client.scope,
        id_token_signed_response_alg: client.alg,
        ...(client.jwt ? { access_token_strategy: 'jwt' } : {}),
      }),
    });
    const text = await body.text();
    if (statusCode !== 201 && statusCode !== 409)
      throw new Error(`Registration of ${client.id}: ${statusCode} ${text}`);
    registered[kind] = client;
  }
  return registered;
};

const headersFor = (key) => ({ 'claviger-admin-key': key });

const createAdminKey = async (adminUrl, firstKey) => {
  const { body } = await request(`${adminUrl}/admin/admin-keys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersFor(firstKey) },
    body: JSON.stringify({ name: 'measurement', scopes: ['introspect'] }),
  });
  return (await body.json()).key;
};

/**
 * `env`: where the stores are, and what else differs from the defaults. `firstKey`: guards the admin API. The load sends this
 * key, or with `usesStoredKey` one that is created with it.
 */
export const startClaviger = async ({ name, env, dataFolder, nodeOptions = [], binary, isUsed = true, ...guard }) => {
  const { firstKey, usesStoredKey = false } = guard;
  const [publicPort, adminPort] = await freePorts(2);
  const [publicUrl, adminUrl] = [publicPort, adminPort].map((port) => `http://127.0.0.1:${port}`);
  const server = await startServer({
    command: binary ?? process.execPath,
    parameters: binary ? [] : [...nodeOptions, program],
    env: {
      CLAVIGER_DATA_DIR: dataFolder,
      CLAVIGER_ISSUER: `${publicUrl}/`,
      CLAVIGER_PUBLIC_PORT: String(publicPort),
      CLAVIGER_ADMIN_PORT: String(adminPort),
      CLAVIGER_LOGIN_URL: 'http://127.0.0.1:1/login',
      CLAVIGER_CONSENT_URL: 'http://127.0.0.1:1/consent',
      CLAVIGER_SYSTEM_SECRET: 'a system secret of the measurement',
      CLAVIGER_AUTO_MIGRATE: 'true',
      CLAVIGER_WORKERS: '1',
      CLAVIGER_LOG_LEVEL: 'warn',
      ...(firstKey ? { CLAVIGER_ADMIN_KEY: firstKey } : {}),
      ...env,
    },
    // Listening comes before its stores are ready.
    url: `${adminUrl}/health/${isUsed ? 'ready' : 'alive'}`,
  });
  const used = usesStoredKey ? await createAdminKey(adminUrl, firstKey) : firstKey;
  return {
    ...server,
    name,
    description: describe({
      publicUrl,
      adminUrl,
      introspectPath: '/oauth2/introspect',
      adminHeaders: used ? headersFor(used) : {},
      clients: isUsed ? await register(`${adminUrl}/clients`, firstKey ? headersFor(firstKey) : {}) : {},
    }),
  };
};

/** A running one: `pid` of its process on this machine, to count its CPU; null for one that is elsewhere. */
export const attachHydra = async ({ name, publicUrl, adminUrl, pid }) => {
  const current = await request(`${adminUrl}/admin/clients`).then(
    async ({ statusCode, body }) => {
      await body.dump();
      return statusCode === 200;
    },
    () => false,
  );
  // Hydra 2 has the admin API below /admin.
  const admin = current ? `${adminUrl}/admin` : adminUrl;
  return {
    pid,
    name,
    readySeconds: null,
    stop: async () => undefined,
    description: describe({
      publicUrl,
      adminUrl: admin,
      introspectPath: '/oauth2/introspect',
      clients: await register(`${admin}/clients`),
    }),
  };
};
