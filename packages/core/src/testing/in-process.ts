// Walks over the endpoints and admin use cases of a provider, without a server.
import type { WireReply, WireRequest } from '../protocol/wire.ts';
import type { Provider } from '../provider.ts';
import type { AcceptConsent } from '../usecases/consent/consent-use-cases.ts';
import type { AcceptLogin } from '../usecases/login/login-use-cases.ts';
import type { Driver, Step } from './journey.ts';

/** Changes of what the apps usually answer: they log alice in and grant every requested scope. */
export interface TypedAnswers {
  readonly login?: Partial<AcceptLogin>;
  readonly consent?: Partial<AcceptConsent>;
}

/** The header `x-test-address` sets the address of the sender. */
export const wireRequest = (
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  form: URLSearchParams | null,
): WireRequest => ({
  method,
  url,
  address: headers['x-test-address'] ?? '192.0.2.1',
  header: (name) => headers[name],
  form,
});

const acceptLogin = async ({ admin }: Provider, challenge: string, change: Partial<AcceptLogin>): Promise<string> => {
  const result = await admin.acceptLogin({ challenge, subject: 'alice', ...change });
  if (result.outcome !== 'answered') throw new Error(`The login was not accepted: ${result.outcome}.`);
  return result.redirectTo;
};

const acceptConsent = async (
  { admin }: Provider,
  challenge: string,
  change: Partial<AcceptConsent>,
): Promise<string> => {
  const grantedScope = change.grantedScope ?? (await admin.getConsentRequest(challenge))?.flow.request.scope ?? [];
  const result = await admin.acceptConsent({ challenge, ...change, grantedScope });
  if (result.outcome !== 'answered') throw new Error(`The consent was not accepted: ${result.outcome}.`);
  return result.redirectTo;
};

export interface InProcess extends Driver<WireReply, TypedAnswers> {
  readonly answer: (step: Step, challenge: string, answers: TypedAnswers) => Promise<string>;
}

export const inProcess = (provider: Provider): InProcess => ({
  authorize: (url, headers) => provider.endpoints.authorize(wireRequest('GET', url, headers, null)),
  token: (form, headers) =>
    provider.endpoints.token(wireRequest('POST', '/', headers, new URLSearchParams({ ...form }))),
  answer: (step, challenge, { login = {}, consent = {} }) =>
    step === 'login' ? acceptLogin(provider, challenge, login) : acceptConsent(provider, challenge, consent),
});
