// What the login app is shown and what it answers.
import {
  type AcceptLogin,
  fullUrl,
  hintClaimsOf,
  type OidcContext,
  type PendingRequest,
  type Reject,
  seconds,
} from '@claviger/core';
import Type, { type Static } from 'typebox';
import { integer, nullable } from '../../json/nullable.ts';
import { fromClient } from './client.wire.ts';

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

/** For login and consent alike. */
export const rejectBody = Type.Object(
  {
    error: nullable(Type.String()),
    error_description: nullable(Type.String()),
    error_hint: nullable(Type.String()),
    error_debug: nullable(Type.String()),
    status_code: nullable(integer),
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

export const toReject = (challenge: string, body: Static<typeof rejectBody>): Reject => ({
  challenge,
  rejection: {
    error: body.error ?? '',
    description: body.error_description ?? '',
    hint: body.error_hint ?? '',
    debug: body.error_debug ?? '',
    statusCode: body.status_code ?? 0,
  },
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

/** Members that the 2018 API had not are left out when they are empty. */
export const whenAny = (member: string, list: readonly string[]): Record<string, readonly string[]> =>
  list.length > 0 ? { [member]: list } : {};

/** Members are left out when empty (2018 API). */
export const fromOidcContext = (context: OidcContext, requestUrl: string): Record<string, unknown> => ({
  ...(context.acrValues.length > 0 ? { acr_values: context.acrValues } : {}),
  ...(context.uiLocales.length > 0 ? { ui_locales: context.uiLocales } : {}),
  ...(context.display === '' ? {} : { display: context.display }),
  ...(context.idTokenHintClaims ? { id_token_hint_claims: hintClaimsOf(context, requestUrl) } : {}),
  ...(context.loginHint === '' ? {} : { login_hint: context.loginHint }),
  ...(context.claims ? { claims: context.claims } : {}),
  ...(context.claimsLocales ? { claims_locales: context.claimsLocales } : {}),
});
