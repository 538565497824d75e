// OAuth 2.0 clients.
import type { Client, Provider } from '@claviger/core';
import type { FastifyRequest } from 'fastify';
import { pathParams, takesJson } from '../../json/json-route.ts';
import { httpLogLines } from '../../log-lines.ts';
import { noteOn } from '../../request-notes.ts';
import type { AdminApp } from '../admin-app.ts';
import { originOf } from '../origin.ts';
import { type ClientBody, clientBody, fromClient, fromSavedClient, toClientMetadata } from '../wire/client.wire.ts';
import { toPage } from '../wire/page.wire.ts';
import {
  changeClient,
  createClient,
  deleteClient,
  getClient,
  listClients,
  updateClient,
} from './clients.operations.ts';
import { contended, duplicate, noSuchRow, replyError } from './error-body.ts';

const params = pathParams('id');

const secretOf = (body: ClientBody): string | undefined => body.client_secret || undefined;

const toCommand = <Id extends string | undefined>(id: Id, body: ClientBody) => ({
  id,
  secret: secretOf(body),
  metadata: toClientMetadata(body),
});

/** Bytes. 16 random characters cannot be guessed, but secrets that people choose are rarely random. */
const soundSecretLength = 16;

/** Neither the secret nor its length is logged. */
const warnOfShortSecret = ({ log }: FastifyRequest, clientId: string, secret: string | undefined): void => {
  if (secret === undefined || Buffer.byteLength(secret) >= soundSecretLength) return;
  log.warn({ clientId }, httpLogLines.shortSecret.message);
};

export const clientsRoute = (app: AdminApp, { admin }: Provider): void => {
  app.post(
    '/clients',
    { scope: 'write', operation: createClient, ...takesJson({ body: clientBody }) },
    async (request, reply) => {
      const { body } = request;
      const result = await admin.createClient(toCommand(body.client_id || undefined, body), originOf(request));
      if (result.outcome === 'exists') return replyError(reply, duplicate);
      const { client, secret } = result;
      noteOn(request).clientId = client.id;
      warnOfShortSecret(request, client.id, secretOf(body));
      reply.code(201).header('location', `/clients/${encodeURIComponent(client.id)}`);
      return fromSavedClient(client, body, secret ?? undefined);
    },
  );

  app.get('/clients', { scope: 'read', operation: listClients }, async ({ query }) =>
    (await admin.listClients(toPage(query))).map(fromClient),
  );

  app.get('/clients/:id', { scope: 'read', operation: getClient, schema: { params } }, async (request, reply) => {
    const client = await admin.getClient(request.params.id);
    return client ? fromClient(client) : replyError(reply, noSuchRow);
  });

  app.put(
    '/clients/:id',
    { scope: 'write', operation: updateClient, ...takesJson({ params, body: clientBody }) },
    async (request, reply) => {
      const { params, body } = request;
      const command = toCommand(params.id, body);
      const result = await admin.updateClient(command, originOf(request));
      if (result.outcome === 'unknown') return replyError(reply, noSuchRow);
      if (result.outcome === 'stale') return replyError(reply, contended);
      warnOfShortSecret(request, result.client.id, command.secret);
      return fromSavedClient(result.client, body, command.secret);
    },
  );

  app.patch(
    '/clients/:id',
    { scope: 'write', operation: changeClient, ...takesJson({ params, body: clientBody }) },
    async (request, reply) => {
      const { params, body } = request;
      const { id } = params;
      const secret = secretOf(body);
      const change = (current: Client) => toClientMetadata({ ...fromClient(current), ...body });
      const result = await admin.changeClient({ id, secret, change }, originOf(request));
      if (result.outcome === 'unknown') return replyError(reply, noSuchRow);
      if (result.outcome === 'stale') return replyError(reply, contended);
      warnOfShortSecret(request, id, secret);
      return { ...fromClient(result.client), ...(secret === undefined ? {} : { client_secret: secret }) };
    },
  );

  app.delete(
    '/clients/:id',
    { scope: 'write', operation: deleteClient, schema: { params } },
    async (request, reply) => {
      await admin.deleteClient(request.params.id, originOf(request));
      return reply.code(204).send();
    },
  );
};
