// What a person is told when a page has nothing to ask.

import { html } from '@claviger/core';
import type { FastifyReply } from 'fastify';
import { sendPage } from './layout.ts';

const problems = {
  unknown: {
    status: 404,
    title: 'This request is unknown',
    text: 'It may have expired, or the address is not complete.',
  },
  answered: {
    status: 410,
    title: 'This request is over',
    text: 'It was answered already, here or in another window.',
  },
  'other-site': {
    status: 403,
    title: 'This form is no longer good',
    text: 'It did not come from this page in this browser, or cookies are switched off.',
  },
  'other-machine': {
    status: 403,
    title: 'This page is for one machine only',
    text: 'The built-in pages let anyone in, so they answer only to a browser on the machine that the server runs on, without a proxy between. To use them from elsewhere, on a test host, set CLAVIGER_DANGEROUS_BUILT_IN_PAGES=true.',
  },
  unreadable: {
    status: 400,
    title: 'This form could not be read',
    text: 'A part of it is missing or has a value that it cannot have.',
  },
  broken: {
    status: 500,
    title: 'Something went wrong here',
    text: 'The log of the server says what, beside the request id below.',
  },
} as const;

export const sendProblem = (reply: FastifyReply, problem: keyof typeof problems): FastifyReply => {
  const { status, title, text } = problems[problem];
  const advice = html`<p>${text} Please go back to the application and start again.</p>`;
  return sendPage(reply, status, title, html`${advice}<dl><dt>Request id</dt><dd>${reply.request.id}</dd></dl>`);
};
