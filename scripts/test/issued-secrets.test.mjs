// The search for issued secrets in the output of servers finds each kind of secret, in each form.
import t from 'tap';
import { leakedInto, secretsOf } from '../issued-secrets.mjs';

const json = (value) => ({
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value),
});
const secret = 'q1lVtM2pQ9yW0aX7cR4z5A.V0hJQ1lR';

t.test('secrets are found in bodies, redirects and cookies', async (t) => {
  t.same(secretsOf(json({ access_token: secret, token_type: 'bearer' })), [secret]);
  t.same(secretsOf(json([{ client_id: 'a client of the shop', client_secret: secret }])), [secret]);
  const redirect = `https://login.example/?login_challenge=${secret}`;
  t.same(secretsOf(json({ redirect_to: redirect })), [secret]);
  t.same(secretsOf({ headers: { location: redirect }, body: '' }), [secret]);
  t.same(secretsOf({ headers: { location: `https://app.example/cb#access_token=${secret}` }, body: '' }), [secret]);
  t.same(secretsOf({ headers: { 'set-cookie': [`session=${secret}; Path=/`] }, body: '' }), [secret]);
  t.same(secretsOf(json({ name: secret })), [], 'other members are not secrets');
});

t.test('a secret in the output is found, plain, in a URL and percent-encoded', async (t) => {
  const odd = 'a+secret/with=odd~characters';
  t.same(leakedInto(`{"msg":"request","token":"${secret}"}`, [secret]), [secret]);
  t.same(leakedInto(`GET /cb?code=${secret}&state=1`, [secret]), [secret]);
  t.same(leakedInto(`GET /cb?code=${encodeURIComponent(odd)}`, [odd]), [odd]);
  t.same(leakedInto(`a sentence with another-value-of-some-length`, [secret, odd]), []);
});
