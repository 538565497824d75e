// Keys of the admin API. Not part of the 2018 API.
import type { Provider } from '@claviger/core';
import { pathParams, takesJson } from '../../json/json-route.ts';
import type { AdminApp } from '../admin-app.ts';
import { grantableBy } from '../guard.ts';
import { originOf } from '../origin.ts';
import { createAdminKeyBody, fromAdminKey, toExpiry } from '../wire/admin-key.wire.ts';
import { toPage } from '../wire/page.wire.ts';
import { createAdminKey, deleteAdminKey, getAdminKey, listAdminKeys } from './admin-keys.operations.ts';
import { notFound, replyError } from './error-body.ts';

const params = pathParams('id');
const scope = 'admin-keys';

export const adminKeysRoute = (app: AdminApp, { admin }: Provider): void => {
  app.post(
    '/admin/admin-keys',
    { scope, operation: createAdminKey, ...takesJson({ body: createAdminKeyBody }) },
    async (request, reply) => {
      const { name, scopes } = request.body;
      const command = { name, scopes, expiresAt: toExpiry(request.body), granting: grantableBy(request) };
      const { key, text } = await admin.createAdminKey(command, originOf(request));
      reply.code(201).header('location', `/admin/admin-keys/${key.id}`);
      return { ...fromAdminKey(key), key: text };
    },
  );

  app.get('/admin/admin-keys', { scope, operation: listAdminKeys }, async ({ query }) =>
    (await admin.listAdminKeys(toPage(query))).map(fromAdminKey),
  );

  app.get('/admin/admin-keys/:id', { scope, operation: getAdminKey, schema: { params } }, async ({ params }, reply) => {
    const key = await admin.getAdminKey(params.id);
    return key ? fromAdminKey(key) : replyError(reply, notFound);
  });

  app.delete(
    '/admin/admin-keys/:id',
    { scope, operation: deleteAdminKey, schema: { params } },
    async (request, reply) =>
      (await admin.deleteAdminKey(request.params.id, originOf(request)))
        ? reply.code(204).send()
        : replyError(reply, notFound),
  );
};
