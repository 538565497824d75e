// Try it: node examples/embed-node-http/dist/src/main.js, then open the address that it prints.
import { emptyClientMetadata } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { createEmbedded } from './server.ts';

const issuer = 'http://127.0.0.1:4000';
const { server, provider } = createEmbedded({
  issuer,
  systemSecret: 'change me: at least 16 bytes, the same on every node',
  stores: memoryStores(),
  whoIsThere: () => 'alice',
});

const demo = await provider.admin.createClient({
  id: 'demo',
  metadata: { ...emptyClientMetadata, name: 'Demo', redirectUris: [`${issuer}/callback`], scope: 'openid' },
});
server.listen(4000, '127.0.0.1', () => {
  console.log(`${issuer}/oauth2/auth?client_id=demo&response_type=code&scope=openid&state=some-state`);
  if (demo.outcome === 'created') console.log(`The client is demo, its secret ${demo.secret}`);
});
