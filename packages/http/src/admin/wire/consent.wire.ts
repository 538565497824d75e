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
import { nullable, optionalFlag, optionalInteger, optionalTexts } from '../../json/nullable.ts';
import { fromClient } from './client.wire.ts';
import { fromOidcContext, whenAny } from './flow.wire.ts';

const sessionData = (description: string) => nullable(Type.Unsafe<JsonObject>({ type: 'object', description }));

/** Unknown members are refused, in `session` too (2018 API); what is inside its two objects is the app's own. */
export const acceptConsentBody = Type.Object(
  {
    grant_scope: optionalTexts('The scopes that the user allowed.'),
    grant_access_token_audience: optionalTexts('The APIs that the access token is for.'),
    session: nullable(
      Type.Object(
        {
          access_token: sessionData('For APIs: `ext` of introspection, and claims of JWT access tokens.'),
          id_token: sessionData('Claims for the ID token and userinfo.'),
        },
        { title: 'ConsentRequestSession', additionalProperties: false },
      ),
    ),
    remember: optionalFlag('Do not ask again for the same scopes. Not allowed when the request has `skip`.'),
    remember_for: optionalInteger('Seconds. 0: without a limit.'),
  },
  { title: 'AcceptConsentRequest', additionalProperties: false },
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
