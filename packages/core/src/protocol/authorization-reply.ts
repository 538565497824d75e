// The authorization response on the wire, in the mode that was chosen: query, fragment or a form that a script submits.

import { withFragment, withQuery } from '../domain/redirect-uri.ts';
import type { ResponseMode } from '../domain/response-mode.ts';
import { escapeHtml } from './html.ts';
import { redirectReply } from './reply.ts';
import type { WireReply } from './wire.ts';

const submit = 'document.forms[0].submit()';
/** SHA-256 of `submit`, as the Content-Security-Policy wants it; a test compares the two. */
const submitHash = 'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE=';

export type AnswerParameters = Readonly<Record<string, string>>;

/** Where an authorization response is sent, in which mode, and the parameters that every response has. */
export interface AnswerAddress {
  readonly redirectUri: string;
  readonly mode: ResponseMode;
  /** `state` and `iss`. */
  readonly always: AnswerParameters;
}

/** The members of an error response; '' leaves a member out. */
export interface ErrorMembers {
  readonly error: string;
  readonly description: string;
  readonly hint: string;
  readonly debug: string;
}

/** Form Post Response Mode §2. Browsers without scripts get a button. */
const formPostReply = (redirectUri: string, parameters: AnswerParameters): WireReply => {
  const fields = Object.entries(parameters).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const body =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>One moment</title></head><body>` +
    `<form method="post" action="${escapeHtml(redirectUri)}">${fields.join('')}` +
    `<noscript><button type="submit">Continue</button></noscript></form><script>${submit}</script></body></html>`;
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; script-src '${submitHash}'; base-uri 'none'; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    },
    body,
  };
};

export const authorizationReply = (
  redirectUri: string,
  mode: ResponseMode,
  parameters: AnswerParameters,
): WireReply => {
  switch (mode) {
    case 'query':
      return redirectReply(withQuery(redirectUri, parameters));
    case 'fragment':
      return redirectReply(withFragment(redirectUri, parameters));
    case 'form_post':
      return formPostReply(redirectUri, parameters);
  }
};
