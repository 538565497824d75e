// The error pages of the built-in login and consent.

import { html } from '@claviger/core';
import type { FastifyReply } from 'fastify';
import { sendPage } from './layout.ts';

const problems = {
  unknown: {
    status: 404,
    title: 'This request is unknown',
    text: 'It may have expired, or the URL is incomplete.',
  },
  answered: {
    status: 410,
    title: 'This request was already answered',
    text: 'You answered it here or in another window.',
  },
  'other-site': {
    status: 403,
    title: 'This form is no longer valid',
    text: 'It was not sent from this page in this browser, or the browser has cookies turned off.',
  },
  'other-machine': {
    status: 403,
    title: 'This page is available on one machine only',
    text: 'The built-in pages let anyone in, so they answer only to a browser on the machine that the server runs on, without a proxy in between. To use them from elsewhere, on a test host, set CLAVIGER_DANGEROUS_BUILT_IN_PAGES=true.',
  },
  unreadable: {
    status: 400,
    title: 'This form could not be processed',
    text: 'A field is missing or has an invalid value.',
  },
  broken: {
    status: 500,
    title: 'Something went wrong',
    text: 'The server logged the reason with the request id below.',
  },
} as const;

export const sendProblem = (reply: FastifyReply, problem: keyof typeof problems): FastifyReply => {
  const { status, title, text } = problems[problem];
  const advice = html`<p>${text} Please go back to the application and start again.</p>`;
  return sendPage(reply, status, title, html`${advice}<dl><dt>Request id</dt><dd>${reply.request.id}</dd></dl>`);
};
