// Sets of JSON Web Keys.
import type { Jwk, KeysResult, Provider } from '@claviger/core';
import type { FastifyReply } from 'fastify';
import { pathParams, takesJson } from '../../json/json-route.ts';
import type { AdminApp } from '../admin-app.ts';
import { originOf } from '../origin.ts';
import { createKeysBody, fromJwk, fromJwkSet, jwkBody, jwkSetBody, toJwk, toJwkSet } from '../wire/jwk.wire.ts';
import { duplicate, noSuchRow, notFound, replyError } from './error-body.ts';
import { addKeys, createKeys, deleteKey, deleteKeySet, getKey, getKeySet, putKey } from './keys.operations.ts';

const params = pathParams('set');
const paramsWithKid = pathParams('set', 'kid');

const replyKeys = (reply: FastifyReply, result: KeysResult): FastifyReply =>
  result.outcome === 'exists' ? replyError(reply, duplicate) : reply.send(fromJwkSet(result.keys));

export const keysRoute = (app: AdminApp, { admin }: Provider): void => {
  app.post(
    '/keys/:set',
    { scope: 'keys', operation: createKeys, ...takesJson({ params, body: createKeysBody }) },
    async (request, reply) => {
      const { set } = request.params;
      const { alg, kid, use } = request.body;
      const command = { set, alg, kid: kid ?? '', use: use ?? '' };
      const result = await admin.createKeys(command, originOf(request));
      if (result.outcome === 'added') reply.code(201).header('location', `/keys/${encodeURIComponent(set)}`);
      return replyKeys(reply, result);
    },
  );

  app.get('/keys/:set', { scope: 'keys', operation: getKeySet, schema: { params } }, async ({ params }, reply) => {
    const keys = await admin.getKeySet(params.set);
    return keys.length === 0 ? replyError(reply, notFound) : fromJwkSet(keys);
  });

  /** Adds the keys; nothing is removed (2018 API). */
  app.put(
    '/keys/:set',
    { scope: 'keys', operation: addKeys, ...takesJson({ params, body: jwkSetBody }) },
    async (request, reply) =>
      replyKeys(reply, await admin.addKeys(request.params.set, toJwkSet(request.body).keys, originOf(request))),
  );

  app.delete('/keys/:set', { scope: 'keys', operation: deleteKeySet, schema: { params } }, async (request, reply) => {
    await admin.deleteKeySet(request.params.set, originOf(request));
    return reply.code(204).send();
  });

  app.get(
    '/keys/:set/:kid',
    { scope: 'keys', operation: getKey, schema: { params: paramsWithKid } },
    async ({ params }, reply) => {
      const key = await admin.getKey(params.set, params.kid);
      return key ? fromJwkSet([key]) : replyError(reply, noSuchRow);
    },
  );

  app.put(
    '/keys/:set/:kid',
    { scope: 'keys', operation: putKey, ...takesJson({ params: paramsWithKid, body: jwkBody }) },
    async (request) => {
      const { set, kid } = request.params;
      return fromJwk(await admin.putKey(set, named(toJwk(request.body), kid), originOf(request)));
    },
  );

  app.delete(
    '/keys/:set/:kid',
    { scope: 'keys', operation: deleteKey, schema: { params: paramsWithKid } },
    async (request, reply) => {
      const { set, kid } = request.params;
      await admin.deleteKey(set, kid, originOf(request));
      return reply.code(204).send();
    },
  );
};

/** The kid in the body overrides that in the path (2018 API). A key without a kid gets that of the path. */
const named = (jwk: Jwk, kid: string): Jwk => (jwk.kid ? jwk : { ...jwk, kid });
