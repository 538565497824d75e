// Requests that openid-client signs, by value and by reference, against a started server and its own pages.
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as oidc from 'openid-client';
import t, { type Test } from 'tap';
import { hostDocuments } from './support/hosted-documents.ts';
import { PlainBrowser } from './support/plain-browser.ts';
import { startServer, type TestServer } from './support/start-server.ts';

const callback = 'http://127.0.0.1:9/callback';

const givenASigner = async (server: TestServer, change: object = {}) => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'signer', alg: 'ES256', use: 'sig' }] };
  const reply = await fetch(`${server.adminUrl}/clients`, {
    method: 'POST',
    body: JSON.stringify({
      client_id: 'signer',
      redirect_uris: [callback],
      scope: 'openid email',
      request_object_signing_alg: 'ES256',
      jwks,
      ...change,
    }),
  });
  const { client_secret: secret } = (await reply.json()) as { client_secret: string };
  const options = { execute: [oidc.allowInsecureRequests] };
  const config = await oidc.discovery(
    new URL(server.issuer),
    'signer',
    secret,
    oidc.ClientSecretBasic(secret),
    options,
  );
  return { config, privateKey };
};

const checks = { expectedState: 'from the object', expectedNonce: 'nonce of the object', idTokenExpected: true };

const parameters = {
  redirect_uri: callback,
  response_type: 'code',
  scope: 'openid email',
  state: checks.expectedState,
  nonce: checks.expectedNonce,
  claims: JSON.stringify({ userinfo: { phone_number: null } }),
};

/** Goes through the pages of the server. Returns the claims from userinfo. */
const logIn = async (t: Test, config: oidc.Configuration, url: URL) => {
  const browser = new PlainBrowser();
  const consent = await browser.submit(await browser.open(url), { user_name: 'anna', answer: 'accept' });
  t.match(consent.text, 'these claims: phone_number.');
  const end = await browser.submit(consent, { answer: 'accept' });
  const tokens = await oidc.authorizationCodeGrant(config, new URL(end.headers.get('location') ?? ''), checks);
  return oidc.fetchUserInfo(config, tokens.access_token, 'anna');
};

t.test('by value: openid-client signs the whole request', async (t) => {
  const server = await startServer(t);
  const { config, privateKey } = await givenASigner(server);
  const url = await oidc.buildAuthorizationUrlWithJAR(config, parameters, { key: privateKey, kid: 'signer' });
  t.strictSame([...url.searchParams.keys()].sort(), ['client_id', 'request'], 'no other parameter is sent');
  t.match(await logIn(t, config, url), { sub: 'anna', email: 'anna@example.com', phone_number: '+1 555 0100' });
});

const sign = (key: CryptoKey, claims: object): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'signer' }).sign(key);

t.test('by reference: the object is fetched once, and later changes do not matter', async (t) => {
  const server = await startServer(t, { settings: { CLAVIGER_DANGEROUS_UNGUARDED_DOCUMENTS: 'true' } });
  const documents = await hostDocuments(t);
  const request_uri = documents.urlOf('/request.jwt');
  const { config, privateKey } = await givenASigner(server, { request_uris: [request_uri] });
  documents.put('/request.jwt', await sign(privateKey, parameters));
  const url = new URL(`${server.publicUrl}/oauth2/auth`);
  url.search = new URLSearchParams({ client_id: 'signer', request_uri }).toString();
  const browser = new PlainBrowser();
  const login = await browser.open(url);
  documents.put('/request.jwt', 'something else');
  const end = await browser.submit(await browser.submit(login, { user_name: 'anna', answer: 'accept' }), {
    answer: 'accept',
  });
  const answer = new URL(end.headers.get('location') ?? '');
  t.equal(answer.searchParams.get('state'), checks.expectedState);
  t.ok((await oidc.authorizationCodeGrant(config, answer, checks)).id_token);
});

t.test('by reference, with default settings: nothing is fetched from an internal address', async (t) => {
  const server = await startServer(t);
  const documents = await hostDocuments(t);
  const request_uri = documents.urlOf('/request.jwt');
  const { privateKey } = await givenASigner(server, { request_uris: [request_uri] });
  documents.put('/request.jwt', await sign(privateKey, parameters));
  const url = new URL(`${server.publicUrl}/oauth2/auth`);
  url.search = new URLSearchParams({ client_id: 'signer', request_uri }).toString();
  const page = await new PlainBrowser().open(url);
  t.match(page.headers.get('location') ?? page.text, /invalid_request_uri/);
});
