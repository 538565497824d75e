// Where the greeting's demo client and the walk-through receive their answer: shows what a client would get.
import { type Html, html } from './html.ts';

const members = ['code', 'state', 'scope', 'error', 'error_description', 'error_hint'];

export const callbackTitle = (query: URLSearchParams): string =>
  query.has('code') ? 'The application got a code' : 'The application got an error';

export const callbackPage = (query: URLSearchParams): Html => {
  const shown = members.flatMap((name) => {
    const value = query.get(name);
    return value === null ? [] : [html`<dt>${name}</dt><dd><code>${value}</code></dd>`];
  });
  return html`
<p>Here an application of yours would take over${query.has('code') && ' and exchange the code for tokens'}.</p>
<dl>${shown}</dl>`;
};
