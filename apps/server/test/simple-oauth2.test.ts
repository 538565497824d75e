// simple-oauth2, unmodified, from the authorization request to the revoked tokens.
import { AuthorizationCode, ClientCredentials } from 'simple-oauth2';
import t from 'tap';
import { PlainBrowser } from './support/plain-browser.ts';
import { startServer } from './support/start-server.ts';

t.test('simple-oauth2: code, refresh, client credentials, revocation', async (t) => {
  const server = await startServer(t);
  const redirectUri = 'http://127.0.0.1:9/cb';
  const created = await fetch(`${server.adminUrl}/clients`, {
    method: 'POST',
    body: JSON.stringify({
      client_id: 'shop',
      client_secret: 'shop-secret',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      response_types: ['code'],
      redirect_uris: [redirectUri],
      scope: 'openid offline photos',
    }),
  });
  t.equal(created.status, 201);
  const account = { id: 'shop', secret: 'shop-secret' };
  const auth = { tokenHost: server.publicUrl, tokenPath: '/oauth2/token', revokePath: '/oauth2/revoke' };
  const client = new AuthorizationCode({ client: account, auth: { ...auth, authorizePath: '/oauth2/auth' } });
  const scope = 'openid offline photos';
  const browser = new PlainBrowser();
  const login = await browser.open(client.authorizeURL({ redirect_uri: redirectUri, scope, state: 'a-state-of-ours' }));
  const consent = await browser.submit(login, { user_name: 'anna', answer: 'accept' });
  const end = await browser.submit(consent, { answer: 'accept' });
  const code = new URL(end.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const tokens = await client.getToken({ code, redirect_uri: redirectUri });
  t.match(tokens.token, { access_token: String, refresh_token: String, scope });
  const refreshed = await tokens.refresh();
  t.not(refreshed.token.access_token, tokens.token.access_token);
  await t.resolves(refreshed.revokeAll(), 'the answer to a revocation is accepted');
  await t.rejects(refreshed.refresh(), 'the refresh token is refused');

  const own = await new ClientCredentials({ client: account, auth }).getToken({ scope: 'photos' });
  t.match(own.token, { access_token: String, scope: 'photos' });
  await t.resolves(own.revoke('access_token'));
});
