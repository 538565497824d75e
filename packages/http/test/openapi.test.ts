// The OpenAPI documents of both listeners: they are valid, have every route, and each operation works as they say.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { MemoryAuditStore } from '@claviger/core/memory';
import { openApiDocumentOf } from '@claviger/http';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { FastifyInstance } from 'fastify';
import t, { type Test } from 'tap';
import { type GivenServer, givenAServer } from './support/given-a-server.ts';
import { callEveryOperation } from './support/openapi/every-operation.ts';
import { type Document, operationsOf } from './support/openapi/operations.ts';

const listeners = ['admin', 'public'] as const;

/** With everything turned on. */
const givenEverything = (t: Test): GivenServer =>
  givenAServer(t, { settings: { clientRegistration: 'open' }, audit: new MemoryAuditStore() });

const documentsOf = async ({ apps }: GivenServer) => {
  const read = async (listener: 'admin' | 'public'): Promise<Document> => {
    await apps[listener].ready();
    return openApiDocumentOf(apps[listener]) as unknown as Document;
  };
  return { admin: await read('admin'), public: await read('public') };
};

t.test('both documents are valid OpenAPI 3.1', async (t) => {
  const documents = await documentsOf(givenEverything(t));
  for (const listener of listeners) {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone({ ...documents[listener] }));
    t.equal(valid, true, JSON.stringify(errors, null, 2));
    t.equal(validator.version, '3.1');
  }
});

t.test('a document has every route of its listener, and no other', async (t) => {
  const routes = new Map<FastifyInstance, Set<string>>();
  const collect = (message: unknown): void => {
    const { fastify } = message as { readonly fastify: FastifyInstance };
    const found = new Set<string>();
    routes.set(fastify, found);
    fastify.addHook('onRoute', ({ method, url }) => {
      const path = url.replace(/:(\w+)/g, '{$1}');
      for (const one of [method].flat()) if (one !== 'HEAD') found.add(`${one} ${path}`);
    });
  };
  subscribe('fastify.initialization', collect);
  const server = givenEverything(t);
  unsubscribe('fastify.initialization', collect);
  const documents = await documentsOf(server);
  for (const listener of listeners) {
    const described = operationsOf(documents[listener]).map(({ method, path }) => `${method} ${path}`);
    t.strictSame(described.sort(), [...(routes.get(server.apps[listener]) ?? [])].sort(), listener);
    const ids = operationsOf(documents[listener]).map(({ operation }) => operation.operationId);
    t.equal(new Set(ids).size, ids.length, 'every operationId is unique');
  }
});

t.test('every operation can be called with the examples of the document', async (t) => {
  const server = givenEverything(t);
  const documents = await documentsOf(server);
  const called = await callEveryOperation(server, documents);
  for (const { id, answer } of called) t.ok(answer.status < 400, `${id}: ${answer.status} ${answer.text}`);
  const all = listeners.flatMap((listener) => operationsOf(documents[listener]));
  const ids = [...new Set(all.map(({ operation }) => operation.operationId))];
  t.strictSame(
    ids.filter((id) => !called.some((call) => call.id === id)),
    [],
  );
});

t.test('each listener serves its own document', async (t) => {
  const server = givenEverything(t);
  const documents = await documentsOf(server);
  for (const listener of listeners) {
    const answer = await server[listener]('GET /openapi.json');
    t.equal(answer.status, 200);
    t.strictSame(answer.json, JSON.parse(JSON.stringify(documents[listener])));
  }
  const isAdminOnly = ({ path }: { path: string }) => path === '/clients';
  t.equal(operationsOf(documents.admin).some(isAdminOnly), true);
  t.equal(operationsOf(documents.public).some(isAdminOnly), false);
});

t.test('an endpoint that is turned off is not in the document', async (t) => {
  const documents = await documentsOf(givenAServer(t));
  t.notOk(operationsOf(documents.public).some(({ path }) => path.startsWith('/oauth2/register')));
});
