// The parts of login and consent requests that both apps see, and the rejection that both send.
import { hintClaimsOf, type OidcContext, type Reject } from '@claviger/core';
import Type, { type Static } from 'typebox';
import { optionalInteger, optionalText } from '../../json/nullable.ts';

/** Unknown members are refused (2018 API). */
export const rejectBody = Type.Object(
  {
    error: optionalText('The code that the application receives. Default `invalid_request`.'),
    error_description: optionalText('What the code means. Default: the description of the code.'),
    error_hint: optionalText('What went wrong this time.'),
    error_debug: optionalText('Sent on only if the server shares debug messages.'),
    status_code: optionalInteger('Kept for the 2018 SDK, without an effect.'),
  },
  { title: 'RejectRequest', additionalProperties: false },
);

export const toReject = (challenge: string, body: Static<typeof rejectBody>): Reject => ({
  challenge,
  rejection: {
    error: body.error || null,
    description: body.error_description || null,
    hint: body.error_hint || null,
    debug: body.error_debug || null,
    statusCode: body.status_code ?? 0,
  },
});

/** Members that the 2018 API does not have are left out when they are empty. */
export const whenAny = (member: string, list: readonly string[]): Record<string, readonly string[]> =>
  list.length > 0 ? { [member]: list } : {};

/** Members are left out when empty (2018 API). */
export const fromOidcContext = (context: OidcContext, requestUrl: string): Record<string, unknown> => ({
  ...(context.acrValues.length > 0 ? { acr_values: context.acrValues } : {}),
  ...(context.uiLocales.length > 0 ? { ui_locales: context.uiLocales } : {}),
  ...(context.display === null ? {} : { display: context.display }),
  ...(context.idTokenHintClaims ? { id_token_hint_claims: hintClaimsOf(context, requestUrl) } : {}),
  ...(context.loginHint === null ? {} : { login_hint: context.loginHint }),
  ...(context.claims ? { claims: context.claims } : {}),
  ...(context.claimsLocales ? { claims_locales: context.claimsLocales } : {}),
});
