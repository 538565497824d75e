// The redirect URI of the demo client and the walk-through. It shows what a client would receive.
import { type Html, html } from '@claviger/core';
import { copyButton, copyScript } from './copy-button.ts';

const members = ['code', 'state', 'scope', 'error', 'error_description', 'error_hint'];

export const callbackTitle = (query: URLSearchParams): string =>
  query.has('code') ? 'The application got a code' : 'The application got an error';

export const callbackPage = (query: URLSearchParams): Html => {
  const shown = members.flatMap((name) => {
    const value = query.get(name);
    if (value === null) return [];
    const button = name === 'code' && copyButton('code', 'code');
    return [html`<dt>${name}</dt><dd><code id="${name}">${value}</code>${button}</dd>`];
  });
  return html`
<p>Your application would take over here${query.has('code') && ' and exchange the code for tokens'}.</p>
<dl>${shown}</dl>
${query.has('code') && copyScript}`;
};
