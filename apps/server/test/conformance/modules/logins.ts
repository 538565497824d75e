// When a person is asked, and what may be said to the page that asks (OpenID Connect Core §3.1.2.1).
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { begin, checkRefusal, complete, type Flow, lastIdToken, type Parameters } from '../support/flow.ts';
import type { Given } from '../support/given.ts';
import type { Module } from '../support/module.ts';
import { registerParty } from '../support/party.ts';

const authTimeOf = (flow: Flow): number => Number(lastIdToken(flow).claims.auth_time);

interface TwoLogins {
  readonly first: Flow;
  readonly second: Flow;
}

/** Two flows in one browser. `pause`: milliseconds between them. */
const twice = async (
  t: Test,
  given: Given,
  second: (first: Flow) => Parameters,
  { change = {}, pause = 0 }: { change?: Parameters; pause?: number } = {},
): Promise<TwoLogins> => {
  const party = await registerParty(given);
  const first = await complete(t, given, party, { change });
  await sleep(pause);
  return {
    first,
    second: await complete(t, given, party, { change: second(first), browser: first.browser }),
  };
};

/** Nobody was asked, and it is still the same login. */
const wasSilent = (t: Test, { first, second }: TwoLogins): void => {
  t.strictSame([second.logins, second.consents], [[], []]);
  t.equal(authTimeOf(second), authTimeOf(first));
  t.equal(lastIdToken(second).claims.sub, lastIdToken(first).claims.sub);
};

/** The person logged in once more. */
const wasAsked = (t: Test, { first, second }: TwoLogins): void => {
  t.equal(second.logins.length, 1);
  t.ok(authTimeOf(second) > authTimeOf(first), `${authTimeOf(second)} is later than ${authTimeOf(first)}`);
  t.equal(lastIdToken(second).claims.sub, lastIdToken(first).claims.sub);
};

/** A parameter that must at least do no harm. */
const harmless = (name: string, change: Parameters, requirement: string): Module => ({
  name,
  requirement,
  async run(t, given) {
    const flow = await complete(t, given, await registerParty(given), { change });
    t.equal(flow.logins.length, 1);
  },
});

export const loginModules: readonly Module[] = [
  harmless('oidcc-display-page', { display: 'page' }, 'display=page does no harm'),
  harmless('oidcc-display-popup', { display: 'popup' }, 'display=popup does no harm'),
  harmless('oidcc-ui-locales', { ui_locales: 'se' }, 'ui_locales of a language that is not there does no harm'),
  harmless('oidcc-claims-locales', { claims_locales: 'se' }, 'claims_locales does no harm'),
  harmless(
    'oidcc-ensure-request-with-acr-values-succeeds',
    { acr_values: '1 2' },
    'acr_values that the server does not know do no harm (OpenID Connect Core §3.1.2.1: a voluntary claim)',
  ),
  {
    name: 'oidcc-login-hint',
    requirement: 'login_hint does no harm: the login page has it filled in',
    async run(t, given) {
      const change = { login_hint: 'buffy@claviger.example' };
      const flow = await complete(t, given, await registerParty(given), { change });
      t.match(flow.logins[0]?.text, 'name="user_name" value="buffy@claviger.example"');
    },
  },
  {
    name: 'oidcc-prompt-login',
    requirement: 'with prompt=login a person who is logged in logs in again, and auth_time says so',
    async run(t, given) {
      wasAsked(t, await twice(t, given, () => ({ prompt: 'login' }), { pause: 1100 }));
    },
  },
  {
    name: 'oidcc-prompt-none-not-logged-in',
    requirement: 'with prompt=none no page is shown: if nobody is logged in, the client receives an error',
    async run(t, given) {
      const party = await registerParty(given);
      const begun = await begin(given, party, { change: { prompt: 'none' } });
      checkRefusal(t, given, begun, /^(login_required|interaction_required)$/);
      t.strictSame([begun.logins, begun.consents], [[], []]);
    },
  },
  {
    name: 'oidcc-prompt-none-logged-in',
    requirement: 'with prompt=none a person who is logged in and has consented is not asked',
    async run(t, given) {
      wasSilent(t, await twice(t, given, () => ({ prompt: 'none' })));
    },
  },
  {
    name: 'oidcc-max-age-1',
    requirement: 'a login older than max_age is done again, and auth_time says when',
    async run(t, given) {
      wasAsked(t, await twice(t, given, () => ({ max_age: '1' }), { pause: 2100 }));
    },
  },
  {
    name: 'oidcc-max-age-10000',
    requirement: 'a login younger than max_age is good, and auth_time says when it was',
    async run(t, given) {
      const result = await twice(t, given, () => ({ max_age: '10000' }), { change: { max_age: '15000' } });
      wasSilent(t, result);
      t.ok(authTimeOf(result.first) > 0);
    },
  },
  {
    name: 'oidcc-id-token-hint',
    requirement: 'with prompt=none and the ID token of before as a hint, nobody is asked',
    async run(t, given) {
      wasSilent(t, await twice(t, given, (first) => ({ prompt: 'none', id_token_hint: lastIdToken(first).text })));
    },
  },
];
