// Remembered consents and logins of a subject.
import type { Provider } from '@claviger/core';
import type { FastifyReply } from 'fastify';
import { pathParams } from '../../json/json-route.ts';
import type { AdminApp } from '../admin-app.ts';
import { originOf } from '../origin.ts';
import { fromListedConsent } from '../wire/consent.wire.ts';
import { toPage } from '../wire/page.wire.ts';
import { notFound, replyError } from './error-body.ts';
import { listConsents, revokeConsents, revokeConsentsOfClient, revokeLogins } from './sessions.operations.ts';

const params = pathParams('subject');
const paramsWithClient = pathParams('subject', 'client');

/** 404 if there is nothing to revoke (2018 API). */
const replyRevoked = (reply: FastifyReply, count: number): FastifyReply =>
  count === 0 ? replyError(reply, notFound) : reply.code(204).send();

export const sessionsRoute = (app: AdminApp, { admin }: Provider): void => {
  app.get(
    '/oauth2/auth/sessions/consent/:subject',
    { scope: 'read', operation: listConsents, schema: { params } },
    async ({ params, query }) => (await admin.listConsents(params.subject, toPage(query))).map(fromListedConsent),
  );

  app.delete(
    '/oauth2/auth/sessions/consent/:subject',
    { scope: 'write', operation: revokeConsents, schema: { params } },
    async (request, reply) => {
      const { subject } = request.params;
      return replyRevoked(reply, await admin.revokeConsents({ subject }, originOf(request)));
    },
  );

  app.delete(
    '/oauth2/auth/sessions/consent/:subject/:client',
    { scope: 'write', operation: revokeConsentsOfClient, schema: { params: paramsWithClient } },
    async (request, reply) => {
      const { subject, client: clientId } = request.params;
      return replyRevoked(reply, await admin.revokeConsents({ subject, clientId }, originOf(request)));
    },
  );

  app.delete(
    '/oauth2/auth/sessions/login/:subject',
    { scope: 'write', operation: revokeLogins, schema: { params } },
    async (request, reply) =>
      replyRevoked(reply, await admin.revokeLoginSessions(request.params.subject, originOf(request))),
  );
};
