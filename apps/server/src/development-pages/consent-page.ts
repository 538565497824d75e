// The consent form.
import { type Html, html, type PendingRequest, requestedClaims, subjectOf } from '@claviger/core';
import { clientLinks, clientLogo, destination } from './about-client.ts';
import { formTokenField } from './form-token.ts';
import { clientName } from './login-page.ts';

const meanings = new Map(
  Object.entries({
    profile: 'See your name',
    email: 'See your email address',
    offline: 'Keep access while you are away',
    offline_access: 'Keep access while you are away',
  }),
);

/** Without `openid` the request is not an authentication request (OpenID Connect Core §3.1.2.1), so it is not optional. */
const alwaysGranted = html`
<div class="tick"><span class="always" aria-hidden="true">✓</span>
<input type="hidden" name="grant_scope" value="openid">
<span class="what">Know who you are<small>openid, part of every login</small></span></div>`;

const tickBox = (scope: string, index: number): Html => {
  if (scope === 'openid') return alwaysGranted;
  const meaning = meanings.get(scope);
  return html`
<div class="tick"><input type="checkbox" id="scope-${index}" name="grant_scope" value="${scope}" checked>
<label for="scope-${index}">${meaning ?? scope}${meaning !== undefined && html`<small>${scope}</small>`}</label></div>`;
};

/** OpenID Connect Core §5.5: claims requested individually, in addition to those of the scopes. */
const claimsAsked = ({ flow }: PendingRequest): Html => {
  const claims = requestedClaims(flow.request.context.claims);
  return html`${claims.length > 0 && html`<p>It also asks for these claims: ${claims.join(', ')}.</p>`}`;
};

export const consentPage = (request: PendingRequest, formToken: string): Html => {
  const { scope, audience } = request.flow.request;
  return html`${clientLogo(request.client.metadata)}
<p>You are logged in as <strong>${subjectOf(request.flow)}</strong>.</p>
<form method="post" action="consent">
<input type="hidden" name="consent_challenge" value="${request.challenge}">
<input type="hidden" name="${formTokenField}" value="${formToken}">
${
  scope.length > 0
    ? html`<fieldset><legend>${clientName(request)} would like to</legend>${scope.map(tickBox)}</fieldset>`
    : html`<p>${clientName(request)} asks only whether you are logged in.</p>`
}
${audience.length > 0 && html`<p>For use at ${audience.join(', ')}.</p>`}
${claimsAsked(request)}
<p>Afterwards you continue to <strong>${destination(request)}</strong>.</p>
<div class="tick"><input type="checkbox" id="remember" name="remember" value="true">
<label for="remember">Do not ask again for this application</label></div>
<div class="buttons">
<button class="main" type="submit" name="answer" value="accept">Allow</button>
<button type="submit" name="answer" value="reject">Deny</button>
</div>
</form>
${clientLinks(request.client.metadata)}`;
};
