// Lets only holders of a key or a client certificate use the admin API, each for its scopes. Runs before the body of a request
// is read.
import {
  type AdminCaller,
  type AdminScope,
  type AuthenticateAdmin,
  adminScopes,
  OAuthError,
  oauthError,
} from '@claviger/core';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { addressOf } from '../trusted-proxies.ts';
import type { RouteScope } from './admin-app.ts';
import type { ClientCertificates } from './client-certificates.ts';

/** How callers authenticate. */
export interface AdminGuard {
  readonly authenticate: AuthenticateAdmin;
  /** Callers without a key may have a client certificate. Default: certificates are ignored. */
  readonly certificates?: ClientCertificates;
  /** Called for each refused request. */
  readonly onRefusal?: () => void;
}

const callers = new WeakMap<FastifyRequest, AdminCaller>();

/** undefined when no guard checked the request. */
export const adminCallerOf = (request: FastifyRequest): AdminCaller | undefined => callers.get(request);

/** A caller that no guard checks may do everything. */
export const grantableBy = (request: FastifyRequest): AdminCaller['scopes'] =>
  callers.get(request)?.scopes ?? allScopes;

const allScopes: AdminCaller['scopes'] = new Set(adminScopes);

/** RFC 6750 §2.1. The other header leaves Authorization to the credentials of a client. */
const keyOf = ({ headers }: FastifyRequest): string => {
  const own = headers['claviger-admin-key'];
  if (typeof own === 'string') return own;
  return /^bearer +([^ ]+) *$/i.exec(headers.authorization ?? '')?.[1] ?? '';
};

const missing = oauthError(
  'invalid_token',
  'The admin API needs a key: send it as a bearer token in the Authorization header, or in the header Claviger-Admin-Key.',
);

/** RFC 6750 §3. */
const challenge = (more = ''): string => `Bearer realm="claviger admin"${more}`;

const demand = (scope: AdminScope, guard: AdminGuard): onRequestHookHandler => {
  const lacks = (holder: string): OAuthError =>
    oauthError('insufficient_scope', `The ${holder} lacks the scope "${scope}".`);
  const keyLacks = lacks('admin key');
  const certificateLacks = lacks('client certificate');
  const refuse = (reply: FastifyReply, error: OAuthError, more: string): OAuthError => {
    guard.onRefusal?.();
    reply.header('www-authenticate', challenge(more));
    return error;
  };
  const admit = (
    request: FastifyRequest,
    reply: FastifyReply,
    caller: AdminCaller,
    lacking = keyLacks,
  ): OAuthError | undefined => {
    if (!caller.scopes.has(scope)) return refuse(reply, lacking, `, error="insufficient_scope", scope="${scope}"`);
    callers.set(request, caller);
    return undefined;
  };
  const reject = (reply: FastifyReply, error: OAuthError): OAuthError =>
    // An unavailable store is not a refusal.
    error.code === 'invalid_token' ? refuse(reply, error, ', error="invalid_token"') : error;
  const byCertificate = (request: FastifyRequest, reply: FastifyReply): OAuthError | undefined => {
    const found = guard.certificates?.callerOn(request.raw.socket) ?? missing;
    if (!(found instanceof OAuthError)) return admit(request, reply, found, certificateLacks);
    // A certificate counts for a connection: with another one, or after a change of the CAs, the caller connects again.
    if (guard.certificates) reply.header('connection', 'close');
    // RFC 6750 §3.1: without a key, the challenge has no error code.
    return refuse(reply, found, '');
  };
  return (request, reply, done) => {
    const text = keyOf(request);
    // A key that is sent counts alone, so that a wrong key does not get the scopes of a certificate.
    if (text === '') {
      done(byCertificate(request, reply));
      return;
    }
    let found: AdminCaller | Promise<AdminCaller>;
    try {
      found = guard.authenticate(text, { address: addressOf(request) });
    } catch (error) {
      done(reject(reply, error as OAuthError));
      return;
    }
    if (!(found instanceof Promise)) {
      done(admit(request, reply, found));
      return;
    }
    found.then(
      (caller) => done(admit(request, reply, caller)),
      (error: OAuthError) => done(reject(reply, error)),
    );
  };
};

/**
 * Must be called before the routes are added. Each one declares its scope; one without a scope cannot be added. Without
 * a guard every caller may do everything.
 */
export const guardRoutes = (app: FastifyInstance, guard: AdminGuard | undefined): void => {
  app.addHook('onRoute', (route) => {
    const { scope } = route as { readonly scope?: RouteScope };
    if (scope === undefined) throw new Error(`The route ${route.method} ${route.url} declares no scope.`);
    if (scope === 'open' || guard === undefined) return;
    route.onRequest = [...[route.onRequest ?? []].flat(), demand(scope, guard)];
  });
};
