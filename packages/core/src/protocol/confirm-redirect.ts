// A page in front of a redirect to a client that anyone may have registered. Without it, a made-up request with an
// error would turn the authorization endpoint into an open redirector (RFC 9700 §4.11.2).
import { type AnswerAddress, authorizationReply, type ErrorMembers } from './authorization-reply.ts';
import { type Html, html } from './html.ts';
import { plainContent } from './page.ts';
import { pageReply } from './reply.ts';
import type { WireReply } from './wire.ts';

/** The part of the URI that a person can judge: the host, as a URL parser finds it, or the application's scheme. */
const targetOf = (redirectUri: string): string => {
  const { protocol, host } = new URL(redirectUri);
  return protocol === 'https:' || protocol === 'http:' ? host : `an application (${protocol.slice(0, -1)})`;
};

const postButton = (action: string, label: string, parameters: Readonly<Record<string, string>>): Html => {
  const fields = Object.entries(parameters).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<form method="post" action="${action}">${fields}<button type="submit">${label}</button></form>`;
};

/** The person decides whether the client gets the error. `parameters` is the response that the client would get. */
export const confirmRedirect = (
  { redirectUri, mode }: AnswerAddress,
  { error, description, hint }: ErrorMembers,
  parameters: Readonly<Record<string, string>>,
  requestId: string,
): WireReply => {
  const target = targetOf(redirectUri);
  const label = `Continue to ${target}`;
  const explanation = plainContent(
    [
      `An invalid request was about to send you to ${target}. This server does not know who runs that site or application.`,
      'Continue only if you expected to go there. Otherwise close this page.',
    ],
    { Error: error, Reason: hint || description, 'Request id': requestId },
  );
  const forms = mode === 'form_post';
  const next = forms
    ? postButton(redirectUri, label, parameters)
    : html`<p><a href="${String(authorizationReply(redirectUri, mode, parameters).headers.location)}">${label}</a></p>`;
  return pageReply(400, { title: 'This request cannot be continued', content: html`${explanation}${next}`, forms });
};
