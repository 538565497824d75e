// oidc-provider from npm as a server under test.
import { fileURLToPath } from 'node:url';
import { freePorts, startServer } from '../lib/child.mjs';
import { clients, redirectUri } from './clients.mjs';

const program = fileURLToPath(new URL('../servers/oidc-provider.mjs', import.meta.url));

export const startOidcProvider = async ({ name, store }) => {
  const [port] = await freePorts(1);
  const base = `http://127.0.0.1:${port}`;
  const server = await startServer({
    command: process.execPath,
    parameters: ['--no-warnings', program],
    env: {
      PEER_PORT: String(port),
      PEER_STORE: store,
      PEER_CLIENTS: JSON.stringify({ clients: Object.values(clients), redirectUri }),
    },
    url: `${base}/.well-known/openid-configuration`,
  });
  const jwt = (client, resource) => ({ ...client, parameters: { resource } });
  return {
    ...server,
    name,
    description: {
      clients: {
        ...clients,
        serviceRs256: jwt(clients.serviceRs256, 'urn:bench:rs256'),
        serviceEs256: jwt(clients.serviceEs256, 'urn:bench:es256'),
      },
      urls: {
        token: `${base}/token`,
        introspect: `${base}/token/introspection`,
        userinfo: `${base}/me`,
        authorize: `${base}/auth`,
        discovery: `${base}/.well-known/openid-configuration`,
        jwks: `${base}/jwks`,
      },
    },
  };
};
