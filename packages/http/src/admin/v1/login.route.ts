// The login app's side of a flow.
import type { Provider } from '@claviger/core';
import { pathParams, takesJson } from '../../json/json-route.ts';
import { noteOn } from '../../request-notes.ts';
import type { AdminApp } from '../admin-app.ts';
import { originOf } from '../origin.ts';
import { rejectBody, toReject } from '../wire/flow.wire.ts';
import { acceptLoginBody, fromLoginRequest, toAcceptLogin } from '../wire/login.wire.ts';
import { replyAnswer } from './answer.ts';
import { notFound, replyError } from './error-body.ts';
import { acceptLogin, getLoginRequest, rejectLogin } from './flow.operations.ts';

const params = pathParams('challenge');

export const loginRoute = (app: AdminApp, { admin }: Provider): void => {
  app.get(
    '/oauth2/auth/requests/login/:challenge',
    { scope: 'flows', operation: getLoginRequest, schema: { params } },
    async (request, reply) => {
      const pending = await admin.getLoginRequest(request.params.challenge);
      return pending ? fromLoginRequest(pending) : replyError(reply, notFound);
    },
  );

  app.put(
    '/oauth2/auth/requests/login/:challenge/accept',
    { scope: 'flows', operation: acceptLogin, ...takesJson({ params, body: acceptLoginBody }) },
    async (request, reply) => {
      const command = toAcceptLogin(request.params.challenge, request.body);
      noteOn(request).subject = command.subject;
      return replyAnswer(reply, await admin.acceptLogin(command, originOf(request)));
    },
  );

  app.put(
    '/oauth2/auth/requests/login/:challenge/reject',
    { scope: 'flows', operation: rejectLogin, ...takesJson({ params, body: rejectBody }) },
    async (request, reply) => {
      const command = toReject(request.params.challenge, request.body);
      return replyAnswer(reply, await admin.rejectLogin(command, originOf(request)));
    },
  );
};
