// Every server that is measured, by its name: how it is started, and what it can do.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startClaviger } from './hydra-api.mjs';
import { startOidcProvider } from './oidc-provider.mjs';

export const protocol = [
  'client_credentials, opaque',
  'client_credentials, JWT RS256',
  'client_credentials, JWT ES256',
  'introspection',
  'userinfo',
  'code flow, RS256',
  'code flow, ES256',
  'refresh, RS256',
  'refresh, ES256',
  'discovery',
  'JWKS',
];

/** Made by npm run build:binary. */
const binary = fileURLToPath(new URL('../../build/claviger-linux-x64', import.meta.url));

export const serversOn = ({ database, redis, folder }) => {
  let started = 0;
  const claviger = (name, env, more = {}) => {
    started += 1;
    return startClaviger({ name, env, dataFolder: join(folder, `claviger-${started}`), ...more });
  };

  /** Settings of the stores, new ones for each process. */
  const stores = {
    'Claviger, Postgres': async () => ({ CLAVIGER_DSN: (await database.createDatabase()).url }),
    'Claviger, Postgres with Redis': async () => ({
      CLAVIGER_DSN: (await database.createDatabase()).url,
      CLAVIGER_STORE_FLOWS: redis.url,
      CLAVIGER_STORE_LOGIN_SESSIONS: redis.url,
      CLAVIGER_STORE_TOKENS: redis.url,
    }),
    'Claviger, SQLite': async () => ({ CLAVIGER_DSN: 'sqlite:claviger.db' }),
    'Claviger, memory': async () => ({ CLAVIGER_DSN: 'sqlite::memory:' }),
  };

  /** The algorithm of JWT access tokens is the server's: a second process makes those of the other. */
  const both = async (name) => {
    const server = await claviger(name, await stores[name]());
    const other = await claviger(name, { ...(await stores[name]()), CLAVIGER_ACCESS_TOKEN_SIGNING_ALG: 'ES256' });
    return {
      ...server,
      forOperation: (operation) => (operation === 'client_credentials, JWT ES256' ? other : server),
      stop: () => Promise.all([server.stop(), other.stop()]),
    };
  };

  const peer = async (name, store) => {
    const server = await startOidcProvider({ name, store });
    return { ...server, forOperation: () => server };
  };

  return {
    /** One Claviger on Postgres with further settings. */
    clavigerOnPostgres: async (name, env = {}, more = {}) =>
      claviger(name, { ...(await stores['Claviger, Postgres']()), ...env }, more),
    /** One process of each kind that nobody has asked anything, for the time and the memory that its start takes. */
    alone: {
      ...Object.fromEntries(
        Object.keys(stores).map((name) => [name, async () => claviger(name, await stores[name](), { isUsed: false })]),
      ),
      ...(existsSync(binary)
        ? {
            'Claviger, SQLite, binary': async () =>
              claviger('binary', await stores['Claviger, SQLite'](), { binary, isUsed: false }),
          }
        : {}),
      'oidc-provider, memory': () => peer('oidc-provider, memory', 'memory'),
    },
    all: {
      ...Object.fromEntries(Object.keys(stores).map((name) => [name, () => both(name)])),
      'oidc-provider, Postgres': async () => peer('oidc-provider, Postgres', (await database.createDatabase()).url),
      'oidc-provider, memory': () => peer('oidc-provider, memory', 'memory'),
    },
  };
};
