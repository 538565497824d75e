// Where the server is and where the suite expects answers: for start.mjs and suite-config.mjs. See README.md.
const { env } = process;

export const host = env.HOST || 'localhost';
export const port = Number(env.PORT || 9443);
export const publicPort = Number(env.PUBLIC_PORT || 4444);
export const adminPort = Number(env.ADMIN_PORT || 4445);
export const listen = env.LISTEN || '127.0.0.1';
export const callback = env.CALLBACK || 'https://localhost.emobix.co.uk:8443/test/a/claviger/callback';
export const issuer = `https://${host}:${port}/`;

const secretOf = (clientId) => `${clientId}-secret-for-tests`;

/** For plans with static clients, by the names that the suite's configuration has for them. */
export const clients = {
  client: { id: 'client', secret: secretOf('client'), method: 'client_secret_basic' },
  client2: { id: 'client2', secret: secretOf('client2'), method: 'client_secret_basic' },
  client_secret_post: { id: 'client-post', secret: secretOf('client-post'), method: 'client_secret_post' },
};
