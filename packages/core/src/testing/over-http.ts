// Walks over the public and the admin API of a server. The caller sends the requests: over the network or by injection.
import type { Reply } from './browser.ts';
import type { Driver, Step } from './journey.ts';

type Body = Readonly<Record<string, unknown>>;

/** A login or consent request as the admin API shows it. */
export type PendingRequest = Body;

interface HttpReply extends Reply {
  readonly text: string;
  /** The body as JSON. */
  readonly json: unknown;
}

export interface Sent {
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Each function takes a method and a path: `admin('GET /clients')`. */
export interface HttpServer<R extends HttpReply> {
  readonly public: (request: string, sent?: Sent) => Promise<R>;
  readonly admin: (request: string, sent?: Sent) => Promise<R>;
}

/** What the body of an app's answer contains in addition to the usual members. With `hold` it does not answer. */
export type AppAnswer =
  | { readonly accept?: Body | ((pending: PendingRequest) => Body) }
  | { readonly reject: Body }
  | 'hold';

export interface HttpAnswers {
  /** Accepted with the skipped subject or the driver's `subject`, unless this says otherwise. */
  readonly login?: AppAnswer;
  /** Accepted with every requested scope, unless this says otherwise. */
  readonly consent?: AppAnswer;
  /** Receives the requests that the apps see. */
  readonly onPending?: (step: Step, pending: PendingRequest) => void;
}

export const overHttp = <R extends HttpReply>(server: HttpServer<R>, subject = 'alice'): Driver<R, HttpAnswers> => ({
  authorize: (url, headers) => server.public(`GET ${url}`, { headers }),
  token: (form, headers) => server.public('POST /oauth2/token', { form, headers }),
  answer: async (step, challenge, answers) => {
    const path = `/oauth2/auth/requests/${step}/${challenge}`;
    const pending = (await server.admin(`GET ${path}`)).json as PendingRequest;
    answers.onPending?.(step, pending);
    const answer = answers[step] ?? {};
    if (answer === 'hold') return null;
    const reply =
      'reject' in answer
        ? await server.admin(`PUT ${path}/reject`, { json: answer.reject })
        : await server.admin(`PUT ${path}/accept`, {
            json: { ...usual(step, pending, subject), ...bodyOf(answer.accept, pending) },
          });
    if (reply.status !== 200) throw new Error(`The answer of the ${step} app was refused: ${reply.text}`);
    return (reply.json as { readonly redirect_to: string }).redirect_to;
  },
});

const usual = (step: Step, pending: PendingRequest, subject: string): object =>
  step === 'login' ? { subject: pending.skip ? pending.subject : subject } : { grant_scope: pending.requested_scope };

const bodyOf = (accept: Body | ((pending: PendingRequest) => Body) | undefined, pending: PendingRequest): Body =>
  typeof accept === 'function' ? accept(pending) : (accept ?? {});
