// The consent app's side of a flow.
import type { Provider } from '@claviger/core';
import { type JsonApp, pathParams, takesJson } from '../../json/json-app.ts';
import { acceptConsentBody, fromConsentRequest, toAcceptConsent } from '../wire/consent.wire.ts';
import { rejectBody, toReject } from '../wire/flow.wire.ts';
import { replyAnswer } from './answer.ts';
import { notFound, replyError } from './error-body.ts';

const params = pathParams('challenge');

export const consentRoute = (app: JsonApp, { admin }: Provider): void => {
  app.get('/oauth2/auth/requests/consent/:challenge', { schema: { params } }, async (request, reply) => {
    const pending = await admin.getConsentRequest(request.params.challenge);
    return pending ? fromConsentRequest(pending) : replyError(reply, notFound);
  });

  app.put(
    '/oauth2/auth/requests/consent/:challenge/accept',
    takesJson({ params, body: acceptConsentBody }),
    async ({ params, body }, reply) =>
      replyAnswer(reply, await admin.acceptConsent(toAcceptConsent(params.challenge, body))),
  );

  app.put(
    '/oauth2/auth/requests/consent/:challenge/reject',
    takesJson({ params, body: rejectBody }),
    async ({ params, body }, reply) => replyAnswer(reply, await admin.rejectConsent(toReject(params.challenge, body))),
  );
};
