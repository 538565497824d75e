// The admin API of 2018 as one Fastify plugin. It asks for no authentication: keep its listener private.
import type { Provider } from '@claviger/core';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyPluginCallback, preValidationAsyncHookHandler } from 'fastify';
import { setUpScope } from '../../own-scope.ts';
import { readJsonBody } from '../json-body.ts';
import { refuseForeignHosts } from '../refuse-foreign-hosts.ts';
import { refuseOtherSites } from '../refuse-other-sites.ts';
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
  /** The listener is bound to a loopback address: requests for any other host name are refused. */
  readonly forThisMachineOnly: boolean;
  /** In the Prometheus text format. */
  readonly renderMetrics: () => Promise<string>;
  /** Show `error_debug` to callers. */
  readonly shareErrorDebug: boolean;
}

export const adminV1Routes: FastifyPluginCallback<AdminRoutesOptions> = (instance, options, done) => {
  const { provider, renderMetrics } = options;
  setUpScope(instance);
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.setErrorHandler(adminErrorHandler(options));
  app.addHook('onRequest', refuseOtherSites);
  if (options.forThisMachineOnly) app.addHook('onRequest', refuseForeignHosts);
  app.addHook('onRoute', (route) => {
    if (!route.schema?.body) return;
    // A null body counts as an empty one (2018 API), as null counts as absent for members.
    const decode: preValidationAsyncHookHandler = async (request) => {
      request.body = readJsonBody(request.body) ?? {};
    };
    route.preValidation = [decode, ...[route.preValidation ?? []].flat()];
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // Secrets, keys and challenges are in these replies.
    reply.header('cache-control', 'no-store');
    done();
  });
  clientsRoute(app, provider);
  loginRoute(app, provider);
  consentRoute(app, provider);
  sessionsRoute(app, provider);
  tokensRoute(app, provider);
  keysRoute(app, provider);
  healthRoute(app, provider, options);
  metricsRoute(app, renderMetrics);
  done();
};
