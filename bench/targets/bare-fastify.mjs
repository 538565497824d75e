// Bare Fastify as a server under test: as many bytes as Claviger answers, and one insert for each request.
import { fileURLToPath } from 'node:url';
import { freePorts, startServer } from '../lib/child.mjs';

const program = fileURLToPath(new URL('../servers/bare-fastify.mjs', import.meta.url));

export const startBareFastify = async ({ postgresUrl, sizes }) => {
  const [port] = await freePorts(1);
  const base = `http://127.0.0.1:${port}`;
  const server = await startServer({
    command: process.execPath,
    parameters: [program],
    env: { BARE_PORT: String(port), BARE_POSTGRES: postgresUrl, BARE_SIZES: Object.values(sizes).join(',') },
    url: `${base}/bytes/${sizes.jwks}`,
  });
  const urls = {
    insert: `${base}/insert`,
    discovery: `${base}/bytes/${sizes.discovery}`,
    jwks: `${base}/bytes/${sizes.jwks}`,
  };
  return { ...server, name: 'bare Fastify', description: { clients: {}, urls } };
};
