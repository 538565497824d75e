// Collects what the routes of an application declare, and keeps the document that they make.
import type { FastifyInstance, RouteOptions } from 'fastify';
import { isAlwaysServed } from '../server-status.ts';
import { type DescribedRoute, type DocumentOptions, openApiDocument } from './document.ts';
import { json, type Operation, type Schema } from './operation.ts';

/** The members that the declarations of our routes have in addition to Fastify's. */
export interface Declared {
  readonly operation?: Operation;
  /** By method, for a route of several. */
  readonly operations?: Readonly<Record<string, Operation>>;
  readonly scope?: string;
}

const documents = new WeakMap<FastifyInstance, Readonly<Record<string, unknown>>>();

const getDocument: Operation = {
  id: 'getOpenApiDocument',
  tag: 'Server documents',
  summary: 'Read the OpenAPI document',
  answers: {
    200: {
      description: 'The OpenAPI document of this listener.',
      content: json({ type: 'object', additionalProperties: true }),
    },
  },
};

/**
 * Serves the document at `/openapi.json`. Must be called before any route is added. The document is built once, when
 * the application is ready.
 */
export const describeRoutes = (app: FastifyInstance, options: DocumentOptions): void => {
  const routes: DescribedRoute[] = [];
  let text = '';
  app.addHook('onRoute', (route) => {
    routes.push(...describe(route));
  });
  app.addHook('onReady', (done) => {
    const document = openApiDocument(routes, options);
    documents.set(app, document);
    text = JSON.stringify(document);
    done();
  });
  const declared: RouteOptions & Declared = {
    method: 'GET',
    url: '/openapi.json',
    operation: getDocument,
    handler: (_request, reply) => reply.header('content-type', 'application/json; charset=utf-8').send(text),
  };
  app.route(declared);
};

const describe = (route: RouteOptions & Declared): readonly DescribedRoute[] =>
  [route.method].flat().flatMap((method) => {
    const operation = route.operations?.[method] ?? route.operation;
    // Fastify adds HEAD to each GET.
    if (operation === undefined || method === 'HEAD') return [];
    const bodySchema = route.schema?.body as Schema | undefined;
    return {
      method,
      url: route.url,
      operation,
      alwaysServed: isAlwaysServed(route.url),
      ...(bodySchema ? { bodySchema } : {}),
      ...(route.scope === undefined ? {} : { scope: route.scope }),
    };
  });

/** The document of an application that `buildApp` made and that is ready; undefined for any other application. */
export const openApiDocumentOf = (app: FastifyInstance): Readonly<Record<string, unknown>> | undefined =>
  documents.get(app);
