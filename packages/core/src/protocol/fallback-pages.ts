// Pages that stand in for a login, consent, error or logout URL that the operator has not set (2018 API).

import { plainContent } from './page.ts';
import { queryOf } from './parameters.ts';
import { pageReply } from './reply.ts';
import type { Endpoint } from './wire.ts';

/** Readers of the page cannot change the settings. The log names the missing ones at start. */
export const consentFallback: Endpoint = async () =>
  pageReply(200, {
    title: 'Logging in is not possible yet',
    content: plainContent([
      'This server has no login page. Please tell the people who run it.',
      'If that is you: the log of the server says what to set.',
    ]),
  });

export const errorFallback: Endpoint = async ({ url }) => {
  const query = queryOf(url);
  const text = (name: string): string => query.get(name) ?? '';
  return pageReply(200, {
    title: 'The request could not be completed',
    content: plainContent(['The application that sent you here made a request that failed. Please go back to it.'], {
      Error: text('error'),
      Reason: text('error_hint') || text('error_description'),
      Debug: text('error_debug'),
    }),
  });
};

export const logoutFallback: Endpoint = async () =>
  pageReply(200, {
    title: 'You are logged out',
    content: plainContent(['You can close this window, or go back to the application that you came from.']),
  });
