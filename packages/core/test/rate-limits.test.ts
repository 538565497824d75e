// Rate limits: who shares a budget, how it refills, and that nobody can use up the budget of another caller.
import { LocalRateLimiter, type Rates } from '@claviger/core';
import t from 'tap';
import { authorizeUrl, givenAClient } from './support/given-a-flow.ts';
import { givenAProvider } from './support/given-a-provider.ts';
import { basic, get, json, post } from './support/wire.ts';

t.test('a bucket holds the requests of a period, and refills evenly', async (t) => {
  let now = 5_000;
  const limiter = new LocalRateLimiter({ token: { requests: 4, seconds: 60 } }, () => now);
  const take = (key = 'a') => limiter.take('token', key);
  t.strictSame([take(), take(), take(), take()], [0, 0, 0, 0]);
  t.equal(take(), 15);
  t.equal(take('b'), 0, 'another caller');
  now += 14_999;
  t.equal(take(), 1);
  now += 1;
  t.equal(take(), 0);
  t.equal(take(), 15, 'refused requests were not counted');
  now += 3_600_000;
  t.strictSame([take(), take(), take(), take(), take()], [0, 0, 0, 0, 15]);
  t.equal(limiter.take('registration', 'a'), 0, 'an endpoint without a rate');
});

for (const requests of [1, 3, 7, 100]) {
  t.test(`rounding refuses none of ${requests} requests in an hour`, async (t) => {
    for (let run = 0; run < 500; run += 1) {
      const now = 1_000 + run * 7.123_456_789;
      const limiter = new LocalRateLimiter({ token: { requests, seconds: 3600 } }, () => now);
      const waits = Array.from({ length: requests }, () => limiter.take('token', 'a'));
      if (waits.some((wait) => wait > 0)) return t.fail(`refused at ${now}`);
      if (limiter.take('token', 'a') === 0) return t.fail(`allowed too many at ${now}`);
    }
  });
}

const limited = (rates: Rates) => {
  let now = 0;
  const rateLimiter = new LocalRateLimiter(rates, () => now);
  return { ...givenAProvider({ clientRegistration: 'open' }, { rateLimiter }), pass: (ms: number) => (now += ms) };
};

const rate = { requests: 2, seconds: 60 };
const form = { grant_type: 'client_credentials' };

t.test('a client has a budget for each network; beyond it the reply is 429 with Retry-After', async (t) => {
  const given = limited({ token: rate });
  const { token } = given.provider.endpoints;
  const client = await givenAClient(given);
  const from = (address: string) => post(token, form, { ...client.auth, 'x-test-address': address });
  const statuses = [await from('192.0.2.1'), await from('192.0.2.1')].map(({ status }) => status);
  const reply = await from('192.0.2.1');
  t.not(statuses.includes(429), true);
  t.equal(reply.status, 429);
  t.match(json(reply), { error: 'temporarily_unavailable', status_code: 429, error_hint: /Retry-After/ });
  t.equal(reply.headers['retry-after'], '30');
  t.not((await from('192.0.2.2')).status, 429, 'another network has its own budget');
  given.pass(30_000);
  t.not((await from('192.0.2.1')).status, 429);
});

t.test('wrong guesses from any address, also that of the client, leave its budget untouched', async (t) => {
  const given = limited({ token: rate });
  const { token } = given.provider.endpoints;
  const client = await givenAClient(given);
  const [id = ''] = atob(client.auth.authorization.slice('Basic '.length)).split(':');
  const guesses = Array.from({ length: 6 }, (_, index) =>
    post(token, form, { ...basic(id, `wrong-guess-${index}`), 'x-test-address': '192.0.2.1' }),
  );
  const refused = (await Promise.all(guesses)).map(({ status }) => status).sort();
  t.strictSame(refused, [401, 401, 429, 429, 429, 429]);
  t.equal((await post(token, form, { ...basic('nobody', 'x'), 'x-test-address': '192.0.2.1' })).status, 429);
  t.not((await post(token, form, { ...client.auth, 'x-test-address': '192.0.2.1' })).status, 429);
});

t.test('the authorization endpoint answers a page with status 429, and limits only requests that begin', async (t) => {
  const given = limited({ authorization: rate });
  const { authorize } = given.provider.endpoints;
  const client = await givenAClient(given);
  for (let index = 0; index < 2; index += 1) t.equal((await get(authorize, authorizeUrl(client))).status, 302);
  const page = await get(authorize, authorizeUrl(client));
  t.equal(page.status, 429);
  t.equal(page.headers['retry-after'], '30');
  t.match(page.headers['content-type'], 'text/html');
  t.not((await get(authorize, `${authorizeUrl(client)}&login_verifier=x`)).status, 429);
  const unknown = '/oauth2/auth?client_id=nobody';
  const strangers = [
    await get(authorize, unknown),
    await get(authorize, `${unknown}-else`),
    await get(authorize, unknown),
  ];
  t.strictSame(
    strangers.map(({ status }) => status),
    [400, 400, 429],
    'unknown clients share the budget of strangers',
  );
});

t.test('registration is limited by address', async (t) => {
  const given = limited({ registration: rate });
  const { register } = given.provider.endpoints;
  if (!register) throw new Error('Registration is off.');
  const statuses: number[] = [];
  for (let index = 0; index < 3; index += 1) statuses.push((await post(register, {})).status);
  t.strictSame(statuses, [400, 400, 429]);
});
