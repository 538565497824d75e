// Sends the development pages. They look like every page of the server, with a note that says what they are.
import { type Html, type HtmlPage, html, pageHeaders, renderPage } from '@claviger/core';
import type { FastifyReply } from 'fastify';

const note = html`<p class="note">Built-in page of a development server: it asks for no password.</p>`;

export type PageOptions = Omit<HtmlPage, 'title' | 'content'>;

export const sendPage = (
  reply: FastifyReply,
  status: number,
  title: string,
  content: Html,
  options: PageOptions = {},
): FastifyReply => {
  const page = { title, content: html`${content}${note}`, ...options };
  return reply.code(status).headers(pageHeaders(page)).send(renderPage(page));
};

/** After a post, 303 makes the browser continue with GET (RFC 9110 §15.4.4). The URL may contain a challenge. */
export const sendOnward = (reply: FastifyReply, url: string): FastifyReply =>
  reply.code(303).headers({ location: url, 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' }).send();
