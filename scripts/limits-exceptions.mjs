// Files and functions over the limits of check-limits.mjs, each with its reason. `path` for a file, `path#name` for a function.

const table = 'One table. Split, it would have to be read in two places.';
const wiring = 'Names every part once and connects it. It has no branches.';
const notSplitYet = 'Has grown past the limit. To be split by endpoint or rule.';

export const exceptions = new Map([
  ['packages/core/src/contract/fixtures.ts', table],
  ['packages/core/src/contract/fixtures.ts#fullFlow', table],
  ['packages/core/src/create-provider.ts', wiring],
  ['packages/core/src/create-provider.ts#createProvider', wiring],
  ['packages/core/src/create-provider.ts#makeEndpoints', wiring],
  ['packages/http/src/build-app.ts#buildApp', wiring],
  ['apps/server/src/build-servers.ts#buildServers', wiring],
  ['examples/embed-node-http/src/server.ts#createEmbedded', wiring],
  ['packages/adapters-redis/src/client.ts#makeClient', wiring],
  ['packages/core/test/clients.test.ts', notSplitYet],
  ['packages/http/test/clients.test.ts', notSplitYet],
  ['packages/http/test/registration.test.ts', notSplitYet],
  ['apps/server/test/config.test.ts', notSplitYet],
  ['apps/server/test/development-pages.test.ts', notSplitYet],
]);
