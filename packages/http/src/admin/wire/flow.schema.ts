// The schemas of what login and consent apps see, for the OpenAPI document. The functions of the wire files write it.
import { flag, integer, object, type Schema, text, texts } from '../../openapi/operation.ts';
import { clientSchema } from './client.wire.ts';

const oidcContext = object(
  'OpenIDConnectContext',
  'Hints of the application about how to ask. A member that the request does not have is absent.',
  {
    acr_values: texts('How the user should authenticate, in order of preference.'),
    ui_locales: texts('Preferred languages of the pages, in order.'),
    display: text('`page`, `popup`, `touch` or `wap`.'),
    id_token_hint_claims: {
      type: 'object',
      description: 'The claims of the `id_token_hint`.',
      additionalProperties: true,
    },
    login_hint: text('A user name or email address to fill in. It proves nothing.'),
    claims: {
      type: 'object',
      description: 'The `claims` parameter (OpenID Connect Core §5.5).',
      additionalProperties: true,
    },
    claims_locales: texts('Preferred languages of claims, in order.'),
  },
);

const members = {
  challenge: text('The challenge of the path.'),
  requested_scope: texts('The requested scopes, without duplicates.'),
  requested_access_token_audience: texts('The APIs that the access token is requested for. Absent if there are none.'),
  skip: flag('Do not ask the user: accept or reject immediately.'),
  subject: text('The user. At login: the remembered one if `skip`, else empty.'),
  oidc_context: oidcContext,
  client: clientSchema,
  request_url: text('The authorization request.'),
};

const always = ['challenge', 'requested_scope', 'skip', 'subject', 'oidc_context', 'client', 'request_url'];

export const loginRequestSchema: Schema = object('LoginRequest', 'A login that waits for a user.', members, always);

export const consentRequestSchema: Schema = object(
  'ConsentRequest',
  'A request of an application that waits for consent.',
  members,
  always,
);

export const completedSchema: Schema = object(
  'CompletedRequest',
  'Where the browser continues.',
  { redirect_to: text('Send the browser there with a redirect.', { format: 'uri' }) },
  ['redirect_to'],
);

const sessionData: Schema = { type: 'object', additionalProperties: true };

export const rememberedConsentSchema: Schema = object(
  'PreviousConsentSession',
  'A consent that is remembered.',
  {
    grant_scope: texts('The scopes that the user allowed.'),
    grant_access_token_audience: texts('The APIs that were allowed. Absent if there are none.'),
    session: {
      type: 'object',
      description: 'What the consent app attached.',
      properties: { access_token: sessionData, id_token: sessionData },
      required: ['access_token', 'id_token'],
    },
    remember: flag('Always `true`.'),
    remember_for: integer('Seconds. 0: without a limit.'),
    consent_request: consentRequestSchema,
  },
  ['grant_scope', 'session', 'remember', 'remember_for', 'consent_request'],
);
