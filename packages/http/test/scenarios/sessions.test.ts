// Revocation by an administrator over HTTP: consents of a person and their tokens.
import t from 'tap';
import { givenAServer } from '../support/given-a-server.ts';
import { givenAClient, isActive, Person, refresh, refusal } from '../support/journey.ts';

const remembered = { login: { accept: { remember: true } }, consent: { accept: { remember: true } } };
const consents = '/oauth2/auth/sessions/consent';

t.test(
  'revoking all consents of a person revokes every token, remembered or not, and consent is asked again',
  async (t) => {
    const server = givenAServer(t);
    const [a, b] = [await givenAClient(server, 'a'), await givenAClient(server, 'b')];
    const alice = new Person(server, 'alice');
    const atA = await alice.tokens(a, remembered);
    const atB = await alice.tokens(b, { consent: { accept: { remember: true } } });
    const notRemembered = await new Person(server, 'alice').tokens(a);
    const bobs = await new Person(server, 'bob').tokens(a);
    t.equal((await server.admin(`DELETE ${consents}/alice`)).status, 204);
    for (const tokens of [atA, atB, notRemembered]) {
      t.equal(await isActive(server, tokens.access_token), false);
      t.equal(await isActive(server, tokens.refresh_token), false);
    }
    t.equal(await isActive(server, bobs.access_token), true, "other people's tokens stay active");
    t.equal(refusal(await refresh(server, a, atA.refresh_token ?? '')), 'invalid_grant');
    const authorization = `Bearer ${atA.access_token}`;
    t.equal((await server.public('GET /userinfo', { headers: { authorization } })).status, 401);
    t.strictSame((await server.admin(`GET ${consents}/alice`)).json, []);
    t.match(await alice.authorize(a), { login: { skip: true }, consent: { skip: false } });
    t.equal((await server.admin(`DELETE ${consents}/nobody`)).status, 404);
  },
);

t.test('revoking the consents of a person for one client keeps the others', async (t) => {
  const server = givenAServer(t);
  const [a, b] = [await givenAClient(server, 'a'), await givenAClient(server, 'b')];
  const alice = new Person(server, 'alice');
  const atA = await alice.tokens(a, remembered);
  const atB = await alice.tokens(b, { consent: { accept: { remember: true } } });
  const rotated = (await refresh(server, a, atA.refresh_token ?? '')).json as Record<string, string>;
  t.equal((await server.admin(`DELETE ${consents}/alice/a`)).status, 204);
  for (const token of [rotated.access_token, rotated.refresh_token]) t.equal(await isActive(server, token), false);
  for (const token of [atB.access_token, atB.refresh_token]) t.equal(await isActive(server, token), true);
  t.match(await alice.authorize(a), { consent: { skip: false } });
  t.match(await alice.authorize(b), { login: { skip: true }, consent: { skip: true } });
  t.equal((await server.admin(`DELETE ${consents}/alice/ghost`)).status, 404);
});

t.test('paths with missing segments are not found', async (t) => {
  const server = givenAServer(t);
  for (const path of [
    `GET ${consents}`,
    `GET ${consents}/`,
    `DELETE ${consents}/`,
    'DELETE /oauth2/auth/sessions/login/',
    'GET /oauth2/auth/requests/login/',
  ]) {
    t.ok([301, 307, 404, 405].includes((await server.admin(path)).status), path);
  }
  const encoded = encodeURIComponent('a b@example.com');
  t.strictSame((await server.admin(`GET ${consents}/${encoded}`)).json, []);
});
