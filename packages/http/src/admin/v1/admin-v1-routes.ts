// The admin API of 2018, and Claviger's own additions below /admin, as one Fastify plugin.
import type { Provider } from '@claviger/core';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyPluginCallback } from 'fastify';
import { setUpScope } from '../../own-scope.ts';
import { type AdminGuard, guardRoutes } from '../guard.ts';
import { noteParameters } from '../note-parameters.ts';
import { refuseForeignHosts } from '../refuse-foreign-hosts.ts';
import { refuseOtherSites } from '../refuse-other-sites.ts';
import { adminKeysRoute } from './admin-keys.route.ts';
import { type AuditReader, auditRoute } from './audit.route.ts';
import { clientsRoute } from './clients.route.ts';
import { consentRoute } from './consent.route.ts';
import { adminErrorHandler } from './error-body.ts';
import { type HealthOptions, healthRoute } from './health.route.ts';
import { keysRoute } from './keys.route.ts';
import { loginRoute } from './login.route.ts';
import { metricsRoute } from './metrics.route.ts';
import { sessionsRoute } from './sessions.route.ts';
import { tokensRoute } from './tokens.route.ts';

export interface AdminRoutesOptions extends HealthOptions {
  readonly provider: Provider;
  /**
   * Host names by which the endpoints may be addressed, in addition to loopback names. `*.example.com` allows every
   * subdomain, and `*` every name. Health checks and the version ignore the host name. Default none.
   */
  readonly allowedHosts?: readonly string[];
  /** Default: there is no audit table. */
  readonly audit?: AuditReader;
  /** In the Prometheus text format. */
  readonly renderMetrics: () => Promise<string>;
  /** Who may call the API. Default: anyone who can reach the listener, so keep it private. */
  readonly guard?: AdminGuard | undefined;
  /** Show `error_debug` to callers. */
  readonly shareErrorDebug: boolean;
}

export const adminV1Routes: FastifyPluginCallback<AdminRoutesOptions> = (instance, options, done) => {
  const { provider, renderMetrics } = options;
  setUpScope(instance);
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.setErrorHandler(adminErrorHandler(options));
  app.addHook('onRequest', refuseOtherSites);
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // These replies have secrets, keys and challenges.
    reply.header('cache-control', 'no-store');
    done();
  });
  guardRoutes(instance, options.guard);
  // Balancers and kubelets use any host name for a node.
  healthRoute(app, provider, options);
  app.register((scope, _options, ready) => {
    const guarded = scope.withTypeProvider<TypeBoxTypeProvider>();
    guarded.addHook('onRequest', refuseForeignHosts(options.allowedHosts ?? []));
    guarded.addHook('preHandler', noteParameters);
    clientsRoute(guarded, provider);
    loginRoute(guarded, provider);
    consentRoute(guarded, provider);
    sessionsRoute(guarded, provider);
    tokensRoute(guarded, provider);
    keysRoute(guarded, provider);
    adminKeysRoute(guarded, provider);
    auditRoute(guarded, options.audit);
    metricsRoute(guarded, renderMetrics);
    ready();
  });
  done();
};
