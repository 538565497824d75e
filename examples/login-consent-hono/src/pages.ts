// What people see. Hono's `html` escapes everything that is put into it, unless `html` itself made it.
import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { asOtherPerson, clientName, destination, links, logo } from './about-client.ts';
import type { PendingRequest } from './claviger.ts';
import { style } from './style.ts';

export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** `nonce` lets this style sheet, and no other, into the page. */
export const layout = (title: string, nonce: string, content: Markup): Markup => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style nonce="${nonce}">${style}</style>
</head>
<body><main><h1>${title}</h1>${content}</main></body>
</html>`;

export const loginPage = (pending: PendingRequest, userName: string, complaint: string): Markup => html`
${logo(pending.client)}
<p>to continue to <strong>${clientName(pending.client)}</strong></p>
<form method="post">
${complaint === '' ? '' : html`<p class="bad" id="complaint" role="alert">${complaint}</p>`}
<label for="user-name">User name</label>
<input type="text" id="user-name" name="user_name" value="${userName}" autocomplete="username" autocapitalize="none"
spellcheck="false" required ${complaint === '' ? html`autofocus` : html`aria-describedby="complaint"`}>
<label for="password">Password</label>
<input type="password" id="password" name="password" autocomplete="current-password" required
${complaint === '' ? '' : html`autofocus aria-invalid="true" aria-describedby="complaint"`}>
<div class="tick"><input type="checkbox" id="remember" name="remember" value="yes">
<label for="remember">Keep me logged in on this device</label></div>
<div class="buttons">
<button class="main" type="submit" name="action" value="login">Log in</button>
<button type="submit" name="action" value="cancel" formnovalidate>Cancel</button>
</div>
</form>
${links(pending.client)}`;

const meanings = new Map([
  ['openid', 'Know who you are'],
  ['profile', 'See your name'],
  ['email', 'See your email address'],
  ['offline', 'Keep access while you are not there'],
  ['offline_access', 'Keep access while you are not there'],
]);

/** A login needs `openid`, so it is granted with the rest. */
const scopeRow = (scope: string, index: number): Markup => {
  const meaning = meanings.get(scope);
  const box =
    scope === 'openid'
      ? html`<input type="hidden" name="grant_scope" value="openid"><input type="checkbox" id="scope-${index}" checked disabled>`
      : html`<input type="checkbox" id="scope-${index}" name="grant_scope" value="${scope}" checked>`;
  return html`<div class="tick">${box}
<label for="scope-${index}">${meaning ?? scope}${meaning === undefined ? '' : html`<small>${scope}</small>`}</label></div>`;
};

export const consentPage = (pending: PendingRequest, personName: string): Markup => {
  const apis = pending.requested_access_token_audience ?? [];
  const other = asOtherPerson(pending);
  return html`${logo(pending.client)}
<p>You are logged in as <strong>${personName}</strong>.${other === '' ? '' : html` <a href="${other}">Not you?</a>`}</p>
<form method="post">
<fieldset><legend>${clientName(pending.client)} would like to</legend>${pending.requested_scope.map(scopeRow)}</fieldset>
${apis.length === 0 ? '' : html`<p>For use at ${apis.join(', ')}.</p>`}
<p>The answer goes to <strong>${destination(pending)}</strong>. Only go on if you know this place.</p>
<div class="tick"><input type="checkbox" id="remember" name="remember" value="yes">
<label for="remember">Do not ask me again for this application</label></div>
<div class="buttons">
<button class="main" type="submit" name="action" value="allow">Allow</button>
<button type="submit" name="action" value="deny">Deny</button>
</div>
</form>
${links(pending.client)}`;
};
