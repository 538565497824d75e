// The pages for people when there is nothing to ask.
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Markup } from './pages.ts';

interface Problem {
  readonly status: ContentfulStatusCode;
  readonly title: string;
  readonly text: string;
}

const again = 'Please go back to the application and start again.';

export const problems = {
  expired: { status: 404, title: 'This page has expired', text: `It is good for a few minutes only. ${again}` },
  answered: {
    status: 409,
    title: 'This page was used before',
    text: `It was answered already, here or in another window. ${again}`,
  },
  busy: {
    status: 503,
    title: 'Please try again in a moment',
    text: 'The login service is not available right now. Reload this page.',
  },
  form: { status: 403, title: 'This form is no longer valid', text: `It did not come from this page. ${again}` },
  broken: { status: 500, title: 'Something went wrong', text: `It is our fault, and has been logged. ${again}` },
  refused: {
    status: 400,
    title: 'The application made a mistake',
    text: 'It sent you here with a request that we cannot accept. Please tell its makers.',
  },
  loggedOut: { status: 200, title: 'You are logged out', text: 'You can close this window.' },
  noPage: { status: 404, title: 'There is no such page', text: again },
} as const satisfies Record<string, Problem>;

export type ProblemName = keyof typeof problems;

/** `code` is text that anyone can write into a link: it is shown only where it looks like an error code. */
export const problemText = (problem: ProblemName, code: string): Markup =>
  html`<p>${problems[problem].text}</p>${/^[a-z_]{1,40}$/.test(code) ? html`<p>Error: <code>${code}</code></p>` : ''}`;
