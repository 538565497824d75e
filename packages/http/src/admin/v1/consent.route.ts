// The consent app's side of a flow.
import type { Provider } from '@claviger/core';
import { pathParams, takesJson } from '../../json/json-route.ts';
import type { AdminApp } from '../admin-app.ts';
import { originOf } from '../origin.ts';
import { acceptConsentBody, fromConsentRequest, toAcceptConsent } from '../wire/consent.wire.ts';
import { rejectBody, toReject } from '../wire/flow.wire.ts';
import { replyAnswer } from './answer.ts';
import { notFound, replyError } from './error-body.ts';
import { acceptConsent, getConsentRequest, rejectConsent } from './flow.operations.ts';

const params = pathParams('challenge');

export const consentRoute = (app: AdminApp, { admin }: Provider): void => {
  app.get(
    '/oauth2/auth/requests/consent/:challenge',
    { scope: 'flows', operation: getConsentRequest, schema: { params } },
    async (request, reply) => {
      const pending = await admin.getConsentRequest(request.params.challenge);
      return pending ? fromConsentRequest(pending) : replyError(reply, notFound);
    },
  );

  app.put(
    '/oauth2/auth/requests/consent/:challenge/accept',
    { scope: 'flows', operation: acceptConsent, ...takesJson({ params, body: acceptConsentBody }) },
    async (request, reply) => {
      const command = toAcceptConsent(request.params.challenge, request.body);
      return replyAnswer(reply, await admin.acceptConsent(command, originOf(request)));
    },
  );

  app.put(
    '/oauth2/auth/requests/consent/:challenge/reject',
    { scope: 'flows', operation: rejectConsent, ...takesJson({ params, body: rejectBody }) },
    async (request, reply) => {
      const command = toReject(request.params.challenge, request.body);
      return replyAnswer(reply, await admin.rejectConsent(command, originOf(request)));
    },
  );
};
