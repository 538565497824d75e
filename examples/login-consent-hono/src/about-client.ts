// What a client says about itself, as a person is to see it. The server has checked its redirect URIs, and nothing else.
import { html } from 'hono/html';
import type { ClientInfo, PendingRequest } from './claviger.ts';

export const clientName = ({ client_name, client_id }: ClientInfo): string => client_name || client_id;

/** Only from a plain https host, because it becomes a part of the Content-Security-Policy. '' for no picture. */
export const logoOrigin = ({ logo_uri }: ClientInfo): string => {
  const origin = URL.canParse(logo_uri) ? new URL(logo_uri).origin : '';
  return /^https:\/\/[a-z0-9.-]+(:\d+)?$/.test(origin) ? origin : '';
};

export const logo = (client: ClientInfo) =>
  logoOrigin(client) === ''
    ? ''
    : html`<img class="logo" src="${client.logo_uri}" alt="" referrerpolicy="no-referrer">`;

/** Only web addresses: a link with `javascript:` would run in your own page. */
const isWeb = (url: string): boolean => URL.canParse(url) && ['https:', 'http:'].includes(new URL(url).protocol);

export const links = ({ client_uri, policy_uri, tos_uri }: ClientInfo) => {
  const all = { 'About the application': client_uri, 'Privacy policy': policy_uri, Terms: tos_uri };
  const shown = Object.entries(all).filter(([, url]) => isWeb(url));
  const items = shown.map(([text, url]) => html`<li><a href="${url}" rel="noreferrer">${text}</a></li>`);
  return items.length === 0 ? '' : html`<ul class="links">${items}</ul>`;
};

/** The host that the answer goes to, or the scheme of a native application. */
export const destination = ({ request_url, client }: PendingRequest): string => {
  const requested = new URL(request_url).searchParams.get('redirect_uri');
  const uris = requested ? [requested] : client.redirect_uris;
  const places = uris.map((uri) => new URL(uri).host || new URL(uri).protocol);
  return [...new Set(places)].join(' or ');
};

/** The same request with a login. Request objects hold their own `prompt`, so there it cannot be added: ''. */
export const asOtherPerson = ({ request_url }: PendingRequest): string => {
  const url = new URL(request_url);
  if (url.searchParams.has('request') || url.searchParams.has('request_uri')) return '';
  url.searchParams.set('prompt', 'login');
  return url.href;
};
