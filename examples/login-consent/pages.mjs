// What people see. The template `html` escapes everything that is put into it, unless `html` itself made it.

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
class Html {
  constructor(text) {
    this.text = text;
  }
}
const render = (part) => {
  if (Array.isArray(part)) return part.map(render).join('');
  if (part instanceof Html) return part.text;
  return part === false || part === undefined ? '' : String(part).replace(/[&<>"']/g, (sign) => entities[sign]);
};
const html = (strings, ...parts) => new Html(strings.map((text, at) => text + render(parts[at])).join(''));

const layout = (title, content) =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="style.css">
</head>
<body><main><h1>${title}</h1>${content}</main></body>
</html>`.text;

/** A client says all of this about itself. Only web addresses become links and pictures. */
const isWeb = (url) => URL.canParse(url) && ['https:', 'http:'].includes(new URL(url).protocol);
const nameOfClient = ({ client_name, client_id }) => client_name || client_id;
/** Only from a plain https host, because it becomes a part of the Content-Security-Policy. */
export const logoOrigin = ({ logo_uri }) => {
  const { origin } = URL.canParse(logo_uri) ? new URL(logo_uri) : { origin: '' };
  return /^https:\/\/[a-z0-9.-]+(:\d+)?$/.test(origin) ? origin : '';
};
const logo = (client) =>
  logoOrigin(client) !== '' && html`<img class="logo" src="${client.logo_uri}" alt="" referrerpolicy="no-referrer">`;
const links = (client) => {
  const all = {
    'About the application': client.client_uri,
    'Privacy policy': client.policy_uri,
    Terms: client.tos_uri,
  };
  const shown = Object.entries(all).filter(([, url]) => isWeb(url));
  const items = shown.map(([text, url]) => html`<li><a href="${url}" rel="noreferrer">${text}</a></li>`);
  return items.length > 0 && html`<ul class="links">${items}</ul>`;
};
/** Where the answer goes: the server has checked it, unlike the client's name. */
const destination = ({ request_url, client }) => {
  const requested = new URL(request_url).searchParams.get('redirect_uri');
  const hosts = (requested ? [requested] : client.redirect_uris).map(
    (uri) => new URL(uri).host || new URL(uri).protocol,
  );
  return [...new Set(hosts)].join(' or ');
};
/** The same request with a login. Request objects hold their own `prompt`, so there it cannot be added. */
const otherPerson = ({ request_url }) => {
  const url = new URL(request_url);
  if (url.searchParams.has('request') || url.searchParams.has('request_uri')) return false;
  url.searchParams.set('prompt', 'login');
  return html` <a href="${url}">Not you?</a>`;
};

export const loginPage = ({ pending, userName, complaint, token }) =>
  layout(
    'Log in',
    html`${logo(pending.client)}
<p>to continue to <strong>${nameOfClient(pending.client)}</strong></p>
<form method="post">
<input type="hidden" name="form_token" value="${token}">
${complaint !== '' && html`<p class="bad" id="complaint" role="alert">${complaint}</p>`}
<label for="user-name">User name</label>
<input type="text" id="user-name" name="user_name" value="${userName}" autocomplete="username" autocapitalize="none"
spellcheck="false" required ${complaint === '' ? html`autofocus` : html`aria-describedby="complaint"`}>
<label for="password">Password</label>
<input type="password" id="password" name="password" autocomplete="current-password" required
${complaint !== '' && html`autofocus aria-invalid="true" aria-describedby="complaint"`}>
<div class="tick"><input type="checkbox" id="remember" name="remember" value="yes">
<label for="remember">Keep me logged in on this device</label></div>
<div class="buttons">
<button class="main" type="submit" name="action" value="login">Log in</button>
<button type="submit" name="action" value="cancel" formnovalidate>Cancel</button>
</div>
</form>
${links(pending.client)}`,
  );

const meanings = new Map(
  Object.entries({
    openid: 'Know who you are',
    profile: 'See your name',
    email: 'See your email address',
    offline: 'Keep access while you are not there',
    offline_access: 'Keep access while you are not there',
  }),
);
const tick = (scope, index) => html`<div class="tick">
<input type="checkbox" id="scope-${index}" name="grant_scope" value="${scope}" checked>
<label for="scope-${index}">${meanings.get(scope) ?? scope}${meanings.has(scope) && html`<small>${scope}</small>`}</label></div>`;
/** A login needs `openid`, so it is granted with the rest. */
const given = (scope) => html`<div class="tick"><input type="hidden" name="grant_scope" value="${scope}">
<input type="checkbox" id="given" checked disabled>
<label for="given">${meanings.get(scope)}<small>${scope}</small></label></div>`;

export const consentPage = ({ pending, name, token }) => {
  const client = nameOfClient(pending.client);
  const scopes = (pending.requested_scope ?? []).map((scope, at) =>
    scope === 'openid' ? given(scope) : tick(scope, at),
  );
  const apis = pending.requested_access_token_audience ?? [];
  return layout(
    `Allow ${client}?`,
    html`${logo(pending.client)}
<p>You are logged in as <strong>${name}</strong>.${otherPerson(pending)}</p>
<form method="post">
<input type="hidden" name="form_token" value="${token}">
<fieldset><legend>${client} would like to</legend>${scopes}</fieldset>
${apis.length > 0 && html`<p>For use at ${apis.join(', ')}.</p>`}
<p>The answer goes to <strong>${destination(pending)}</strong>. Only go on if you know this place.</p>
<div class="tick"><input type="checkbox" id="remember" name="remember" value="yes">
<label for="remember">Do not ask me again for this application</label></div>
<div class="buttons">
<button class="main" type="submit" name="action" value="allow">Allow</button>
<button type="submit" name="action" value="deny">Deny</button>
</div>
</form>
${links(pending.client)}`,
  );
};

const again = 'Please go back to the application and start again.';
const problems = {
  expired: ['This page has expired', `It is good for a few minutes only. ${again}`],
  answered: ['This page was used before', `It was answered already, here or in another window. ${again}`],
  busy: ['Please try again in a moment', 'The login service is not available right now. Reload this page.'],
  form: ['This form is no longer valid', `It may be from another window, or cookies are turned off. ${again}`],
  broken: ['Something went wrong', `It is our fault, and has been logged. ${again}`],
  refused: [
    'The application made a mistake',
    'It sent you here with a request that we cannot accept. Please tell its makers.',
  ],
  'logged-out': ['You are logged out', 'You can close this window.'],
  'no-page': ['There is no such page', again],
};
export const problemPage = (problem, code = '') => {
  const [title, text] = problems[problem];
  return layout(title, html`<p>${text}</p>${/^[a-z_]{1,40}$/.test(code) && html`<p>Error: <code>${code}</code></p>`}`);
};
