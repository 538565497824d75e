// The login app's request and its answer.
import { type AcceptLogin, fullUrl, type PendingRequest, seconds } from '@claviger/core';
import Type, { type Static } from 'typebox';
import { optionalFlag, optionalInteger, optionalText } from '../../json/nullable.ts';
import { fromClient } from './client.wire.ts';
import { fromOidcContext, whenAny } from './flow.wire.ts';

/** Unknown members are refused (2018 API): a misspelt `remember` must not pass as "do not remember". */
export const acceptLoginBody = Type.Object(
  {
    subject: optionalText('The user who has logged in, by an identifier that never changes.'),
    remember: optionalFlag('Remember the login in this browser. Not allowed when the request has `skip`.'),
    remember_for: optionalInteger('Seconds. 0: until the browser closes. Negative: as long as the server allows.'),
    acr: optionalText('How the user was authenticated, for the ID token (OpenID Connect Core §2).'),
    force_subject_identifier: optionalText(
      'The identifier that a client with pairwise identifiers receives for this user.',
    ),
  },
  { title: 'AcceptLoginRequest', additionalProperties: false },
);

export const toAcceptLogin = (challenge: string, body: Static<typeof acceptLoginBody>): AcceptLogin => ({
  challenge,
  subject: body.subject ?? '',
  remember: body.remember ?? false,
  rememberFor: seconds(body.remember_for ?? 0),
  ...(body.acr ? { acr: body.acr } : {}),
  forceSubjectIdentifier: body.force_subject_identifier ?? '',
});

export const fromLoginRequest = ({ challenge, flow, client }: PendingRequest): Record<string, unknown> => ({
  challenge,
  requested_scope: flow.request.scope,
  ...whenAny('requested_access_token_audience', flow.request.audience),
  skip: flow.login.skip,
  subject: flow.login.subject ?? '',
  oidc_context: fromOidcContext(flow.request.context, flow.request.url),
  client: fromClient(client),
  request_url: fullUrl(flow.request),
});
