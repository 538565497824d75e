// OAuth 2.0 clients.
import type { Provider } from '@claviger/core';
import { type ClientBody, clientBody, fromClient, fromSavedClient, toClientMetadata } from '../wire/client.wire.ts';
import { toPage } from '../wire/page.wire.ts';
import { type AdminApp, pathParams } from './admin-app.ts';
import { contended, duplicate, noSuchRow, replyError } from './error-body.ts';

const params = pathParams('id');

const toCommand = (id: string, body: ClientBody) => ({
  id,
  secret: body.client_secret ?? '',
  metadata: toClientMetadata(body),
});

export const clientsRoute = (app: AdminApp, { admin }: Provider): void => {
  app.post('/clients', { schema: { body: clientBody } }, async ({ body }, reply) => {
    const result = await admin.createClient(toCommand(body.client_id ?? '', body));
    if (result.outcome === 'exists') return replyError(reply, duplicate);
    const { client, secret } = result;
    reply.code(201).header('location', `/clients/${encodeURIComponent(client.id)}`);
    return fromSavedClient(client, body, secret);
  });

  app.get('/clients', async ({ query }) => (await admin.listClients(toPage(query))).map(fromClient));

  app.get('/clients/:id', { schema: { params } }, async (request, reply) => {
    const client = await admin.getClient(request.params.id);
    return client ? fromClient(client) : replyError(reply, noSuchRow);
  });

  app.put('/clients/:id', { schema: { params, body: clientBody } }, async ({ params, body }, reply) => {
    const command = toCommand(params.id, body);
    const result = await admin.updateClient(command);
    if (result.outcome === 'unknown') return replyError(reply, noSuchRow);
    if (result.outcome === 'stale') return replyError(reply, contended);
    return fromSavedClient(result.client, body, command.secret);
  });

  app.delete('/clients/:id', { schema: { params } }, async (request, reply) => {
    await admin.deleteClient(request.params.id);
    return reply.code(204).send();
  });
};
