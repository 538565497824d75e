// The frame of every page, and the headers it is sent with.
import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { type Html, html, trusted } from './html.ts';

const style = `
:root{color-scheme:light dark;--ink:#1c1b22;--soft:#5b5966;--paper:#fff;--ground:#f3f2f7;--line:#8d8a99;--accent:#4338ca;--on:#fff;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#ececf1;--soft:#b3b1bf;--paper:#211f2b;--ground:#15141b;--line:#777489;--accent:#a5b4fc;--on:#15141b;--bad:#ffb4ab}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;align-items:flex-start;justify-content:center;padding:max(1rem,8vh) 1rem 2rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:26rem;padding:1.75rem;background:var(--paper);border-radius:.75rem;box-shadow:0 1px 4px rgb(0 0 0/.2)}
h1{margin:0 0 .5rem;font-size:1.4rem;line-height:1.25;overflow-wrap:anywhere}
p{margin:0 0 1rem;overflow-wrap:anywhere}
label{font-weight:600}
input[type=text]{display:block;width:100%;margin:.35rem 0 1rem;padding:.6rem .75rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:.4rem}
input[aria-invalid=true]{border-color:var(--bad)}
fieldset{margin:0 0 1rem;padding:0;border:0}
legend{padding:0;font-weight:600}
.tick{display:flex;gap:.6rem;align-items:flex-start;padding:.4rem 0}
.tick input{flex:none;width:1.15rem;height:1.15rem;margin:.2rem 0 0;accent-color:var(--accent)}
.tick label{font-weight:400;overflow-wrap:anywhere}
.tick small{display:block;color:var(--soft)}
.buttons{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1rem}
button{flex:1 1 8rem;padding:.65rem 1rem;font:inherit;font-weight:600;color:var(--accent);background:transparent;border:1px solid var(--accent);border-radius:.4rem;cursor:pointer}
button.main{color:var(--on);background:var(--accent)}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.bad{color:var(--bad);font-weight:600}
.logo{display:block;max-width:100%;height:4rem;margin:0 0 1rem;object-fit:contain;object-position:left}
.note{margin:1.5rem 0 0;font-size:.875rem;color:var(--soft)}
code,pre{font:.875rem/1.5 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
pre{padding:.75rem;background:var(--ground);border-radius:.4rem}
dt{font-weight:600}
dd{margin:0 0 .75rem;overflow-wrap:anywhere}
`;

const policy: readonly string[] = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  // No form-action: browsers apply it to every redirect that follows a post, and these end at the client's redirect URI,
  // which may redirect further. Nothing can inject a form here, since every value is escaped.
];

/** `pictures`: an origin, or '' for none. */
const contentSecurityPolicy = (pictures: string): string =>
  [...(pictures === '' ? [] : [`img-src ${pictures}`]), ...policy].join('; ');

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  // The address holds a challenge, with which one could answer for the person.
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

const note = html`<p class="note">Built-in page of a development server: it asks for no password.</p>`;

export interface PageOptions {
  /** The origin that the page's picture comes from. Default '': there is none. */
  readonly pictures?: string;
}

export const sendPage = (
  reply: FastifyReply,
  status: number,
  title: string,
  content: Html,
  { pictures = '' }: PageOptions = {},
): FastifyReply => {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
${note}
</main>
</body>
</html>
`;
  return reply
    .code(status)
    .headers({ ...headers, 'content-security-policy': contentSecurityPolicy(pictures) })
    .send(page.text);
};

/** After a post, 303 makes the browser go on with GET (RFC 9110 §15.4.4). */
export const sendOnward = (reply: FastifyReply, url: string): FastifyReply => {
  const { 'referrer-policy': referrerPolicy, 'cache-control': cacheControl } = headers;
  return reply
    .code(303)
    .headers({ location: url, 'referrer-policy': referrerPolicy, 'cache-control': cacheControl })
    .send();
};
