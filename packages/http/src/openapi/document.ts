// Builds one OpenAPI 3.1 document from the declarations of routes.

import { Components } from './components.ts';
import { errorExample, errorSchema } from './error.schema.ts';
import type { Answer, Caller, Content, Contents, Operation, Schema } from './operation.ts';

/** A route of Fastify, as far as the document describes it. */
export interface DescribedRoute {
  readonly method: string;
  /** With parameters as `:name`. */
  readonly url: string;
  readonly operation: Operation;
  /** The schema of its JSON body, by which the route validates it. */
  readonly bodySchema?: Schema;
  /** For the admin API: the scope that the caller's key must have, or `open`. */
  readonly scope?: string;
  /** Answers even while the stores are not ready. */
  readonly alwaysServed: boolean;
}

export interface DocumentOptions {
  readonly listener: 'public' | 'admin';
  readonly issuer: string;
  readonly version: string;
}

type Json = Readonly<Record<string, unknown>>;

export const openApiDocument = (routes: readonly DescribedRoute[], options: DocumentOptions): Json => {
  const components = new Components();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.url.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationObject(route, components) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Claviger', version: options.version, description: about[options.listener] },
    // A relative URL: the document is served by the listener that it describes.
    servers: [{ url: options.listener === 'public' ? options.issuer.replace(/\/+$/, '') : '/' }],
    tags: [...new Set(routes.map(({ operation }) => operation.tag))].map((name) => ({ name })),
    paths,
    components: { schemas: components.schemas, securitySchemes: schemesOf(options.listener) },
  };
};

const common =
  'A GET can be sent as HEAD, except where a GET starts or ends something for a browser. Another method gets 405 with `Allow`, as plain text or a page; an unknown path gets 404.';

const about = {
  public: `The endpoints for browsers and clients: OAuth 2.0 and OpenID Connect. ${common} Scripts of other sites may call the endpoints if the settings allow their origin (CORS).`,
  admin: `The API for operators and for login and consent apps, and the public endpoints too. ${common}`,
};

const operationObject = (route: DescribedRoute, components: Components): Json => {
  const { operation, scope } = route;
  const security = scope === undefined ? securityOf(operation.caller) : adminSecurity(scope);
  const content = bodyOf(route);
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description ? { description: operation.description } : {}),
    ...(scope === undefined || scope === 'open' ? {} : { 'x-scope': scope }),
    parameters: parametersOf(route),
    ...(content
      ? { requestBody: { required: !operation.body?.optional, content: contents(content, components) } }
      : {}),
    responses: responsesOf(route, components),
    security,
  };
};

/** Throws an error for a path parameter that the operation does not describe. */
const parametersOf = ({ url, operation }: DescribedRoute): readonly Json[] => {
  const inPath = [...url.matchAll(/:(\w+)/g)].map(([, name = '']) => {
    const description = operation.params?.[name];
    if (description === undefined) throw new Error(`${operation.id} does not describe its path parameter ${name}.`);
    return { name, in: 'path', required: true, description, schema: { type: 'string' } };
  });
  const inQuery = (operation.query ?? []).map((parameter) => ({ ...parameter, in: 'query' }));
  return [...inPath, ...inQuery];
};

const bodyOf = ({ operation, bodySchema }: DescribedRoute): Contents | undefined =>
  bodySchema === undefined
    ? operation.body?.content
    : { 'application/json': { schema: bodySchema, example: operation.bodyExample } };

const contents = (all: Contents, components: Components): Json =>
  Object.fromEntries(
    Object.entries(all).map(([type, { schema, example }]) => [
      type,
      { schema: components.refer(schema), ...(example === undefined ? {} : { example }) },
    ]),
  );

const responsesOf = (route: DescribedRoute, components: Components): Json => {
  const { answers, errors = {}, errorPages = false } = route.operation;
  const told = Object.entries(answers).map(([status, answer]) => [status, responseObject(answer, components)]);
  const refused = Object.entries({ ...sharedErrors(route), ...errors })
    .filter(([status]) => !(status in answers))
    .map(([status, description]) => {
      const content = errorContents(Number(status), errorPages);
      return [status, { description, content: contents(content, components) }];
    });
  return Object.fromEntries([...told, ...refused]);
};

const responseObject = ({ description, headers, content }: Answer, components: Components): Json => ({
  description,
  ...(headers
    ? {
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, about]) => [name, { description: about, schema: { type: 'string' } }]),
        ),
      }
    : {}),
  ...(content ? { content: contents(content, components) } : {}),
});

const errorPage: Content = { schema: { type: 'string' } };
const errorJson: Content = { schema: errorSchema };

/** A browser that waits for the stores gets a page (server-status.ts). */
const errorContents = (status: number, errorPages: boolean): Contents => ({
  ...(errorPages && status !== 503
    ? {}
    : { 'application/json': status === 400 ? { ...errorJson, example: errorExample } : errorJson }),
  ...(errorPages || status === 503 ? { 'text/html': errorPage } : {}),
});

/** The errors of Fastify, the guard and the stores, which any operation can answer with. */
const sharedErrors = (route: DescribedRoute): Readonly<Record<number, string>> => {
  const { scope, alwaysServed } = route;
  return {
    ...(alwaysServed ? {} : { 400: '`invalid_request`: the request is malformed; the hint says how.' }),
    ...(scope === undefined ? {} : scope === 'open' ? openErrors : guardErrors),
    ...(route.method === 'GET' ? {} : { 413: '`invalid_request`: the body is too large.' }),
    500: '`server_error`: the server failed. Its log says why.',
    ...(alwaysServed ? {} : { 503: '`temporarily_unavailable`: a store does not answer. With `Retry-After`.' }),
  };
};

const guardErrors: Readonly<Record<number, string>> = {
  401: 'A key of the admin API is needed, and it is missing, unknown or expired.',
  403: '`insufficient_scope`: the key lacks the scope of the operation. `request_forbidden`: the request comes from a page of another site, or it names a host that is not allowed.',
  429: 'Too many wrong keys within a minute. With `Retry-After`.',
};

const openErrors: Readonly<Record<number, string>> = {
  403: '`request_forbidden`: the request comes from a page of another site.',
};

const clientBasic = {
  type: 'http',
  scheme: 'basic',
  description:
    '`client_secret_basic`: id and secret, each form-encoded first (RFC 6749 §2.3.1). Or, in the form: `client_id` with `client_secret` or a `client_assertion`.',
};
const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description });

const schemesOf = (listener: DocumentOptions['listener']): Json => ({
  clientBasic,
  accessToken: bearer('An access token of a user.'),
  initialAccessToken: bearer('A token that the operator gave out. Not needed if registration is open.'),
  registrationToken: bearer('The `registration_access_token` of the client.'),
  ...(listener === 'admin'
    ? {
        adminKey: bearer('A key of the admin API. docs/admin-keys.md says when one is needed.'),
        adminKeyHeader: {
          type: 'apiKey',
          in: 'header',
          name: 'Claviger-Admin-Key',
          description: 'The same key, beside credentials of a client.',
        },
        adminCertificate: {
          type: 'mutualTLS',
          description: 'A client certificate, if the server has CAs for them (`CLAVIGER_ADMIN_MTLS_CA_FILE`).',
        },
      }
    : {}),
});

/** `{}`: the caller may authenticate in the form instead, or not at all. */
const securityOf = (caller: Caller | undefined): readonly Json[] => {
  switch (caller) {
    case 'client':
      return [{ clientBasic: [] }, {}];
    case 'access token':
      return [{ accessToken: [] }, {}];
    case 'initial access token':
      return [{ initialAccessToken: [] }, {}];
    case 'registration token':
      return [{ registrationToken: [] }];
    default:
      return [];
  }
};

/** OpenAPI 3.1: roles may be listed for every kind of scheme. `{}`: on loopback no key is needed. */
const adminSecurity = (scope: string): readonly Json[] =>
  scope === 'open' ? [] : [{ adminKey: [scope] }, { adminKeyHeader: [scope] }, { adminCertificate: [scope] }, {}];
