// The login form.
import { type Html, html, type PendingRequest } from '@claviger/core';
import { clientLinks, clientLogo } from './about-client.ts';
import { formTokenField } from './form-token.ts';

export const mostSubjectCharacters = 200;

export interface LoginForm {
  readonly request: PendingRequest;
  readonly formToken: string;
  readonly userName: string;
  /** The error to show, '' for none. */
  readonly complaint: string;
}

export const clientName = ({ client }: PendingRequest): string => client.metadata.name || client.id;

/** The form's action is a relative path, because the issuer may have a path. */
export const loginPage = ({
  request,
  formToken,
  userName,
  complaint,
}: LoginForm): Html => html`${clientLogo(request.client.metadata)}
<p>to continue to <strong>${clientName(request)}</strong></p>
<form method="post" action="login">
<input type="hidden" name="login_challenge" value="${request.challenge}">
<input type="hidden" name="${formTokenField}" value="${formToken}">
<label for="user-name">User name</label>
${complaint !== '' && html`<p class="bad" id="complaint" role="alert">${complaint}</p>`}
<input type="text" id="user-name" name="user_name" value="${userName}" autocomplete="username" autocapitalize="none"
spellcheck="false" maxlength="${mostSubjectCharacters}" required autofocus
${complaint !== '' && html`aria-invalid="true" aria-describedby="complaint"`}>
<div class="tick"><input type="checkbox" id="remember" name="remember" value="true">
<label for="remember">Remember me on this device</label></div>
<div class="buttons">
<button class="main" type="submit" name="answer" value="accept">Log in</button>
<button type="submit" name="answer" value="reject" formnovalidate>Cancel</button>
</div>
</form>
${clientLinks(request.client.metadata)}`;
