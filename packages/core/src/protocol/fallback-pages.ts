// Pages that stand in for a login, consent, error or logout URL that the operator has not set (2018 API).

import { renderPage } from './page.ts';
import { queryOf } from './parameters.ts';
import { pageReply } from './reply.ts';
import type { Endpoint } from './wire.ts';

export const consentFallback: Endpoint = async () =>
  pageReply(
    200,
    renderPage('No login and consent app is configured', [
      'This server never sees a password: it sends people to a login and consent app, and none is configured.',
      'Set CLAVIGER_LOGIN_URL and CLAVIGER_CONSENT_URL to the addresses of yours.',
    ]),
  );

export const errorFallback: Endpoint = async ({ url }) => {
  const query = queryOf(url);
  const text = (name: string): string => query.get(name) ?? '';
  const details = {
    Error: text('error'),
    Description: text('error_description'),
    Hint: text('error_hint'),
    Debug: text('error_debug'),
  };
  return pageReply(
    200,
    renderPage('The request could not be completed', ['An application made a request that failed.'], details),
  );
};

export const logoutFallback: Endpoint = async () =>
  pageReply(
    200,
    renderPage('You are logged out', [
      'No page is configured for this moment. Set CLAVIGER_LOGOUT_REDIRECT_URL to send people somewhere useful.',
    ]),
  );
