// The pages to which the server sends people.
import { pageUrl } from '../parse.ts';
import { optional } from './declare.ts';

export const pages = {
  loginUrl: optional(
    'CLAVIGER_LOGIN_URL',
    pageUrl,
    'URL of your login page. It receives `login_challenge`, placed before a fragment such as `#/login`. If neither this nor CLAVIGER_CONSENT_URL is set, a server with a loopback issuer has built-in pages that let anyone in.',
  ),
  consentUrl: optional('CLAVIGER_CONSENT_URL', pageUrl, 'URL of your consent page. It receives `consent_challenge`.'),
  errorUrl: optional(
    'CLAVIGER_ERROR_URL',
    pageUrl,
    'URL of your page for errors that cannot be sent to the client. It receives `error`, `error_description` and `error_hint`. Default: the authorization endpoint shows a page.',
  ),
  logoutRedirectUrl: optional(
    'CLAVIGER_LOGOUT_REDIRECT_URL',
    pageUrl,
    'Where browsers are redirected after logout. Default: a plain page of the server.',
  ),
};
