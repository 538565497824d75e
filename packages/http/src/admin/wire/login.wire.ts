// The login app's request and its answer.
import { type AcceptLogin, fullUrl, type PendingRequest, seconds } from '@claviger/core';
import Type, { type Static } from 'typebox';
import { integer, nullable } from '../../json/nullable.ts';
import { fromClient } from './client.wire.ts';
import { fromOidcContext, whenAny } from './flow.wire.ts';

/** Unknown members are refused (2018 API): a misspelt `remember` must not pass as "do not remember". */
export const acceptLoginBody = Type.Object(
  {
    subject: nullable(Type.String()),
    remember: nullable(Type.Boolean()),
    remember_for: nullable(integer),
    acr: nullable(Type.String()),
    force_subject_identifier: nullable(Type.String()),
  },
  { additionalProperties: false },
);

export const toAcceptLogin = (challenge: string, body: Static<typeof acceptLoginBody>): AcceptLogin => ({
  challenge,
  subject: body.subject ?? '',
  remember: body.remember ?? false,
  rememberFor: seconds(body.remember_for ?? 0),
  acr: body.acr ?? '',
  forceSubjectIdentifier: body.force_subject_identifier ?? '',
});

export const fromLoginRequest = ({ challenge, flow, client }: PendingRequest): Record<string, unknown> => ({
  challenge,
  requested_scope: flow.request.scope,
  ...whenAny('requested_access_token_audience', flow.request.audience),
  skip: flow.login.skip,
  subject: flow.login.subject,
  oidc_context: fromOidcContext(flow.request.context, flow.request.url),
  client: fromClient(client),
  request_url: fullUrl(flow.request),
});
