// Claviger inside a service of your own: plain node:http, no framework, stores of your choice.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  createProvider,
  type Endpoint,
  type Provider,
  paths,
  type Settings,
  type Stores,
  urlBelow,
} from '@claviger/core';
import { nodeSystem } from '@claviger/core/node';
import { sendWireReply, toWireRequest } from './wire-http.ts';

export interface EmbeddedOptions {
  readonly issuer: string;
  readonly systemSecret: string;
  readonly stores: Stores;
  readonly settings?: Partial<Settings>;
  /** The person who is logged in to your service, null without one. */
  readonly whoIsThere: (request: IncomingMessage) => string | null;
}

export interface Embedded {
  readonly server: Server;
  readonly provider: Provider;
}

export const createEmbedded = (options: EmbeddedOptions): Embedded => {
  const { issuer, systemSecret, stores, settings = {}, whoIsThere } = options;
  const provider = createProvider({
    issuer,
    stores,
    settings,
    system: nodeSystem({ systemSecret }),
    ui: {
      loginUrl: urlBelow(issuer, '/login'),
      consentUrl: urlBelow(issuer, '/consent'),
      errorUrl: null,
      logoutRedirectUrl: urlBelow(issuer, '/'),
    },
    reportFailure: (cause) => console.error(cause),
  });

  const { endpoints } = provider;
  const routes = new Map<string, Endpoint>([
    [`GET ${paths.authorize}`, endpoints.authorize],
    [`POST ${paths.authorize}`, endpoints.authorize],
    [`POST ${paths.token}`, endpoints.token],
    [`POST ${paths.revoke}`, endpoints.revoke],
    [`POST ${paths.introspect}`, endpoints.introspectAsClient],
    [`GET ${paths.userinfo}`, endpoints.userinfo],
    [`POST ${paths.userinfo}`, endpoints.userinfo],
    ...(endpoints.register ? ([[`POST ${paths.registration}`, endpoints.register]] as const) : []),
    [`GET ${paths.discovery}`, endpoints.discovery],
    [`GET ${paths.metadata}`, endpoints.discovery],
    [`GET ${paths.jwks}`, endpoints.jwks],
  ]);

  /** A client's own registration is the one path with an id (RFC 7592 §2). */
  const oneRegistration = new RegExp(`^${paths.registration}/[^/]+$`);
  const endpointFor = (method: string, pathname: string): Endpoint | null | undefined =>
    oneRegistration.test(pathname) ? endpoints.clientConfiguration : routes.get(`${method} ${pathname}`);

  const redirect = (response: ServerResponse, location: string): void => {
    response.writeHead(302, { location, 'cache-control': 'no-store' }).end();
  };

  // Your service is its own login app: accepting is a function call, not an HTTP request to an admin API.
  const login = async (request: IncomingMessage, response: ServerResponse, challenge: string): Promise<void> => {
    const subject = whoIsThere(request);
    if (subject === null) {
      response.writeHead(401, { 'content-type': 'text/plain' }).end('Log in to this service first.');
      return;
    }
    const result = await provider.admin.acceptLogin({ challenge, subject });
    if (result.outcome === 'answered') redirect(response, result.redirectTo);
    else response.writeHead(404).end();
  };

  // It trusts its own clients, so it grants what they ask; a page with a form would ask the person.
  const consent = async (response: ServerResponse, challenge: string): Promise<void> => {
    const asked = await provider.admin.getConsentRequest(challenge);
    const result = await provider.admin.acceptConsent({
      challenge,
      grantedScope: asked?.flow.request.scope ?? [],
      grantedAudience: asked?.flow.request.audience ?? [],
    });
    if (result.outcome === 'answered') redirect(response, result.redirectTo);
    else response.writeHead(404).end();
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const endpoint = endpointFor(request.method ?? 'GET', pathname);
    if (endpoint) sendWireReply(response, await endpoint(await toWireRequest(request)));
    else if (pathname === '/login') await login(request, response, searchParams.get('login_challenge') ?? '');
    else if (pathname === '/consent') await consent(response, searchParams.get('consent_challenge') ?? '');
    else response.writeHead(404).end();
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(error instanceof RangeError ? 413 : 500);
      response.end();
    });
  });
  return { server, provider };
};
