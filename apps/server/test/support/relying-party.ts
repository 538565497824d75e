// A typical client: openid-client, and a small web server for the redirect URI.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oidc from 'openid-client';
import type { Test } from 'tap';
import type { TestServer } from './start-server.ts';

export interface RelyingParty {
  readonly config: oidc.Configuration;
  /** The authorization URL, and the values for checking the answer. */
  begin(
    change?: Readonly<Record<string, string>>,
  ): Promise<{ readonly url: string; readonly checks: oidc.AuthorizationCodeGrantChecks }>;
  readonly redirectUri: string;
}

/** Registers itself as a confidential client with `metadata` added, and expects the server to follow it. */
export const startRelyingParty = async (
  t: Test,
  server: TestServer,
  clientId: string,
  metadata: Readonly<Record<string, string>> = {},
  adminKey = '',
): Promise<RelyingParty> => {
  const callback = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Back at the client</title>');
  });
  callback.listen(0, '127.0.0.1');
  await once(callback, 'listening');
  t.teardown(() => callback.close());
  const redirectUri = `http://127.0.0.1:${(callback.address() as AddressInfo).port}/callback`;
  const registered = await fetch(`${server.adminUrl}/clients`, {
    method: 'POST',
    headers: adminKey === '' ? {} : { authorization: `Bearer ${adminKey}` },
    body: JSON.stringify({
      client_id: clientId,
      client_name: 'The <b>shop</b>',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid offline profile email photos.read',
      ...metadata,
    }),
  });
  const { client_secret: secret } = (await registered.json()) as { client_secret: string };
  const config = await oidc.discovery(
    new URL(server.issuer),
    clientId,
    { client_secret: secret, ...metadata },
    oidc.ClientSecretBasic(secret),
    {
      execute: [oidc.allowInsecureRequests],
    },
  );
  return {
    config,
    redirectUri,
    async begin(change = {}) {
      const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
      const expectedState = oidc.randomState();
      const expectedNonce = oidc.randomNonce();
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid offline profile email photos.read',
        code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: expectedState,
        nonce: expectedNonce,
        ...change,
      });
      return { url: url.href, checks: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true } };
    },
  };
};
