// The consent app's request and its answer, and remembered consents.
import {
  type AcceptConsent,
  fullUrl,
  type JsonObject,
  type ListedConsent,
  type PendingRequest,
  seconds,
  subjectOf,
} from '@claviger/core';
import Type, { type Static } from 'typebox';
import { integer, nullable } from '../../json/nullable.ts';
import { fromClient } from './client.wire.ts';
import { fromOidcContext, whenAny } from './flow.wire.ts';

const sessionData = nullable(Type.Unsafe<JsonObject>({ type: 'object' }));

/** Unknown members are refused, in `session` too (2018 API); what is inside its two objects is the app's own. */
export const acceptConsentBody = Type.Object(
  {
    grant_scope: nullable(Type.Array(Type.String())),
    grant_access_token_audience: nullable(Type.Array(Type.String())),
    session: nullable(
      Type.Object({ access_token: sessionData, id_token: sessionData }, { additionalProperties: false }),
    ),
    remember: nullable(Type.Boolean()),
    remember_for: nullable(integer),
  },
  { additionalProperties: false },
);

export const toAcceptConsent = (challenge: string, body: Static<typeof acceptConsentBody>): AcceptConsent => ({
  challenge,
  grantedScope: body.grant_scope ?? [],
  grantedAudience: body.grant_access_token_audience ?? [],
  session: { accessToken: body.session?.access_token ?? {}, idToken: body.session?.id_token ?? {} },
  remember: body.remember ?? false,
  rememberFor: seconds(body.remember_for ?? 0),
});

export const fromConsentRequest = ({ challenge, flow, client }: PendingRequest): Record<string, unknown> => ({
  challenge,
  requested_scope: flow.request.scope,
  ...whenAny('requested_access_token_audience', flow.request.audience),
  skip: flow.consent?.skip ?? false,
  subject: subjectOf(flow),
  oidc_context: fromOidcContext(flow.request.context, flow.request.url),
  client: fromClient(client),
  request_url: fullUrl(flow.request),
});

/** 2018 API: PreviousConsentSession. Only consents that were asked for and remembered are ever listed. */
export const fromListedConsent = ({ consent, client }: ListedConsent): Record<string, unknown> => ({
  grant_scope: consent.grantedScope,
  ...whenAny('grant_access_token_audience', consent.grantedAudience),
  session: { access_token: consent.session.accessToken, id_token: consent.session.idToken },
  remember: true,
  remember_for: consent.rememberFor,
  consent_request: {
    challenge: consent.request.challenge,
    requested_scope: consent.request.requestedScope,
    ...whenAny('requested_access_token_audience', consent.request.requestedAudience),
    skip: false,
    subject: consent.subject,
    oidc_context: fromOidcContext(consent.request.oidcContext, consent.request.requestUrl),
    client: fromClient(client),
    request_url: consent.request.requestUrl,
  },
});
