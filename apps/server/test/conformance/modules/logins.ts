// When a person is asked to log in, and the parameters for the login page (OpenID Connect Core §3.1.2.1).
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

/** The person was not asked, and the login is still the same. */
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

/** A parameter that the server may ignore. */
const harmless = (name: string, change: Parameters, requirement: string): Module => ({
  name,
  requirement,
  async run(t, given) {
    const flow = await complete(t, given, await registerParty(given), { change });
    t.equal(flow.logins.length, 1);
  },
});

export const loginModules: readonly Module[] = [
  harmless('oidcc-display-page', { display: 'page' }, 'display=page causes no error'),
  harmless('oidcc-display-popup', { display: 'popup' }, 'display=popup causes no error'),
  harmless('oidcc-ui-locales', { ui_locales: 'se' }, 'ui_locales with an unsupported language causes no error'),
  harmless('oidcc-claims-locales', { claims_locales: 'se' }, 'claims_locales causes no error'),
  harmless(
    'oidcc-ensure-request-with-acr-values-succeeds',
    { acr_values: '1 2' },
    'unknown acr_values cause no error (OpenID Connect Core §3.1.2.1: a voluntary claim)',
  ),
  {
    name: 'oidcc-login-hint',
    requirement: 'login_hint causes no error, and the login page is filled in with it',
    async run(t, given) {
      const change = { login_hint: 'buffy@claviger.example' };
      const flow = await complete(t, given, await registerParty(given), { change });
      t.match(flow.logins[0]?.text, 'name="user_name" value="buffy@claviger.example"');
    },
  },
  {
    name: 'oidcc-prompt-login',
    requirement: 'with prompt=login, a user who is logged in must log in again, and auth_time shows it',
    async run(t, given) {
      wasAsked(t, await twice(t, given, () => ({ prompt: 'login' }), { pause: 1100 }));
    },
  },
  {
    name: 'oidcc-prompt-none-not-logged-in',
    requirement: 'with prompt=none, no page is shown; if nobody is logged in, the client receives an error',
    async run(t, given) {
      const party = await registerParty(given);
      const begun = await begin(given, party, { change: { prompt: 'none' } });
      checkRefusal(t, given, begun, /^(login_required|interaction_required)$/);
      t.strictSame([begun.logins, begun.consents], [[], []]);
    },
  },
  {
    name: 'oidcc-prompt-none-logged-in',
    requirement: 'with prompt=none, a user who is logged in and has consented sees no page',
    async run(t, given) {
      wasSilent(t, await twice(t, given, () => ({ prompt: 'none' })));
    },
  },
  {
    name: 'oidcc-max-age-1',
    requirement: 'a user whose login is older than max_age must log in again, and auth_time says when',
    async run(t, given) {
      wasAsked(t, await twice(t, given, () => ({ max_age: '1' }), { pause: 2100 }));
    },
  },
  {
    name: 'oidcc-max-age-10000',
    requirement: 'a login that is younger than max_age is accepted, and auth_time says when it was',
    async run(t, given) {
      const result = await twice(t, given, () => ({ max_age: '10000' }), { change: { max_age: '15000' } });
      wasSilent(t, result);
      t.ok(authTimeOf(result.first) > 0);
    },
  },
  {
    name: 'oidcc-id-token-hint',
    requirement: 'with prompt=none and the earlier ID token as a hint, the user sees no page',
    async run(t, given) {
      wasSilent(t, await twice(t, given, (first) => ({ prompt: 'none', id_token_hint: lastIdToken(first).text })));
    },
  },
];
