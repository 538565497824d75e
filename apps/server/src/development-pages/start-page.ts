// The page at the root of a development server: where it listens, and what to try first.
import { type Html, html, paths, urlBelow } from '@claviger/core';
import type { DemoCommands } from '../demo.ts';
import { copyButton, copyScript } from './copy-button.ts';

export interface StartPage {
  readonly issuer: string;
  /** Base URL of the admin listener. */
  readonly admin: string;
  readonly demo: DemoCommands;
}

export const startPage = ({ issuer, admin, demo }: StartPage): Html => html`
<p>This is an OpenID Connect server for development. Its issuer is <code>${issuer}</code></p>
<h2>1. Create a client</h2>
<p>Run this in a terminal:</p>
<pre id="make-client">${demo.createClient}</pre>
${copyButton('make-client', 'command')}
<h2>2. Log in as a user</h2>
<p>Enter any name. The last page shows the code that the client receives.</p>
<p><a class="button main" href="${demo.authorizeUrl}">Log in</a></p>
<h2>3. Get a token for the client itself</h2>
<pre id="get-token">${demo.getToken}</pre>
${copyButton('get-token', 'command')}
<ul class="links" aria-label="Addresses">
<li><a href="${urlBelow(issuer, paths.discovery)}">Discovery</a></li>
<li><a href="${urlBelow(issuer, paths.jwks)}">Keys</a></li>
<li><a href="${urlBelow(admin, '/clients')}">Clients (admin API)</a></li>
<li><a href="${urlBelow(issuer, paths.logout)}">Log out</a></li>
</ul>
${copyScript}`;
