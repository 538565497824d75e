// Clients register and manage themselves (RFC 7591 §3, RFC 7592 §2).
import { oauthError, paths, type RegistrationUseCases } from '@claviger/core';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { readJsonBody } from '../admin/json-body.ts';
import { pathParams } from '../admin/v1/admin-app.ts';
import { handleRegistrationError } from './registration-error.ts';
import {
  fromRegistered,
  givenByTheServer,
  registrationBody,
  replacementBody,
  toSelfRegistered,
} from './wire/registration.wire.ts';

export interface RegistrationRoutesOptions {
  readonly issuer: string;
  readonly registration: RegistrationUseCases;
}

const params = pathParams('id');

/** RFC 6750 §2.1, '' without one. */
const bearer = ({ headers }: FastifyRequest): string =>
  /^bearer +([^ ]+) *$/i.exec(headers.authorization ?? '')?.[1] ?? '';

/** RFC 7591 §3.1. A form of another site cannot send this type, and a script must ask first (CORS). */
const checkJson = ({ headers }: FastifyRequest): void => {
  if (!/^application\/json *(;|$)/i.test(headers['content-type'] ?? '')) {
    throw oauthError('invalid_request', 'The Content-Type must be application/json.');
  }
};

const isAbsent = (body: object, member: string): boolean => !(member in body);

export const registrationRoutes: FastifyPluginCallback<RegistrationRoutesOptions> = (instance, options, done) => {
  const { issuer, registration } = options;
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const one = `${paths.registration}/:id` as const;

  app.setErrorHandler(handleRegistrationError);
  app.addHook('onSend', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' });
  });
  app.addHook('preValidation', async (request) => {
    if (!request.routeOptions.schema?.body) return;
    checkJson(request);
    request.body = readJsonBody(request.body);
  });

  app.post(paths.registration, { schema: { body: registrationBody } }, async (request, reply) => {
    const registered = await registration.register({
      initialAccessToken: bearer(request),
      softwareStatement: request.body.software_statement ?? '',
      metadata: toSelfRegistered(request.body),
    });
    return reply.code(201).send(fromRegistered(registered, issuer, paths.registration));
  });

  app.get(one, { schema: { params } }, async (request) =>
    fromRegistered(
      await registration.read({ clientId: request.params.id, registrationToken: bearer(request) }),
      issuer,
      paths.registration,
    ),
  );

  app.put(one, { schema: { params, body: replacementBody } }, async (request) => {
    const { body } = request;
    const access = { clientId: request.params.id, registrationToken: bearer(request) };
    // Who may not even read it learns nothing about what would be wrong with the body.
    await registration.read(access);
    const given = givenByTheServer.find((member) => !isAbsent(body, member));
    if (given) throw oauthError('invalid_client_metadata', `${given} must not be sent (RFC 7592 §2.2).`);
    if (body.client_id !== access.clientId) {
      throw oauthError('invalid_client_metadata', 'client_id must be the one that the client has.');
    }
    const replaced = await registration.replace({
      ...access,
      secret: body.client_secret ?? '',
      metadata: toSelfRegistered(body),
    });
    return fromRegistered(replaced, issuer, paths.registration);
  });

  app.delete(one, { schema: { params } }, async (request, reply) => {
    await registration.remove({ clientId: request.params.id, registrationToken: bearer(request) });
    return reply.code(204).send();
  });

  done();
};
