// oauth4webapi, unmodified. It gets the parameters of an answer from any part of the URL. It refuses an ID token without
// a code (implicit flow).
import * as oauth from 'oauth4webapi';
import type { AuthMethod, Checks, ClientAccount, ClientLibrary, LibraryClient, Outcome } from './client-library.ts';
import type { Arrival } from './person.ts';
import { redirectUri } from './raw-client.ts';

const authentications: Readonly<Record<AuthMethod, (account: ClientAccount) => oauth.ClientAuth>> = {
  client_secret_basic: ({ secret }) => oauth.ClientSecretBasic(secret),
  client_secret_post: ({ secret }) => oauth.ClientSecretPost(secret),
  client_secret_jwt: ({ secret }) => oauth.ClientSecretJwt(secret),
  private_key_jwt: ({ key }) => oauth.PrivateKeyJwt(key),
  none: () => oauth.None(),
};

const overHttp = { [oauth.allowInsecureRequests]: true } as const;

const outcomeOf = (tokens: oauth.TokenEndpointResponse): Outcome => ({
  accessToken: tokens.access_token,
  refreshToken: tokens.refresh_token,
  subject: oauth.getValidatedIdTokenClaims(tokens)?.sub,
});

class Oauth4webapi implements LibraryClient {
  readonly #server: oauth.AuthorizationServer;
  readonly #client: oauth.Client;
  readonly #authentication: oauth.ClientAuth;

  constructor(server: oauth.AuthorizationServer, account: ClientAccount) {
    this.#server = server;
    this.#client = { client_id: account.id };
    this.#authentication = authentications[account.method](account);
  }

  async begin(parameters: Readonly<Record<string, string>>) {
    const checks = {
      codeVerifier: oauth.generateRandomCodeVerifier(),
      nonce: oauth.generateRandomNonce(),
      state: oauth.generateRandomState(),
    };
    const url = new URL(this.#server.authorization_endpoint ?? '');
    url.search = String(
      new URLSearchParams({
        client_id: this.#client.client_id,
        redirect_uri: redirectUri,
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(checks.codeVerifier),
        code_challenge_method: 'S256',
        ...parameters,
      }),
    );
    return { url, checks };
  }

  async finish(
    responseType: string,
    { parameters }: Arrival,
    { codeVerifier, nonce, state }: Checks,
  ): Promise<Outcome> {
    const [server, client] = [this.#server, this.#client];
    const words = responseType.split(' ');
    const isHybrid = words.includes('code') && words.includes('id_token');
    const answer = isHybrid
      ? await oauth.validateCodeIdTokenResponse(server, client, parameters, nonce, state, undefined, overHttp)
      : oauth.validateAuthResponse(server, client, parameters, state);
    if (!words.includes('code')) return { accessToken: answer.get('access_token') ?? undefined };
    const reply = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      this.#authentication,
      answer,
      redirectUri,
      codeVerifier,
      overHttp,
    );
    const expected = { expectedNonce: nonce, requireIdToken: true };
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, reply, expected);
    await oauth.validateApplicationLevelSignature(server, reply, overHttp);
    return outcomeOf(tokens);
  }

  async refresh(refreshToken: string): Promise<Outcome> {
    const [server, client] = [this.#server, this.#client];
    const reply = await oauth.refreshTokenGrantRequest(server, client, this.#authentication, refreshToken, overHttp);
    return outcomeOf(await oauth.processRefreshTokenResponse(server, client, reply));
  }

  async clientCredentials(): Promise<string> {
    const [server, client] = [this.#server, this.#client];
    const reply = await oauth.clientCredentialsGrantRequest(server, client, this.#authentication, {}, overHttp);
    return (await oauth.processClientCredentialsResponse(server, client, reply)).access_token;
  }

  async introspect(token: string): Promise<boolean> {
    const [server, client] = [this.#server, this.#client];
    const reply = await oauth.introspectionRequest(server, client, this.#authentication, token, overHttp);
    return (await oauth.processIntrospectionResponse(server, client, reply)).active;
  }

  async revoke(token: string): Promise<void> {
    const [server, client] = [this.#server, this.#client];
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, client, this.#authentication, token, overHttp),
    );
  }

  async userinfo(accessToken: string, subject: string): Promise<string> {
    const [server, client] = [this.#server, this.#client];
    const reply = await oauth.userInfoRequest(server, client, accessToken, overHttp);
    return (await oauth.processUserInfoResponse(server, client, subject, reply)).sub;
  }
}

export const oauth4webapiLibrary: ClientLibrary = {
  name: 'oauth4webapi',
  reads: {
    code: ['query', 'fragment', 'form_post'],
    token: ['fragment', 'form_post'],
    'code token': ['fragment', 'form_post'],
    'code id_token': ['fragment', 'form_post'],
    'code id_token token': ['fragment', 'form_post'],
    none: ['query', 'fragment', 'form_post'],
  },
  async connect(issuer, account) {
    const reply = await oauth.discoveryRequest(issuer, overHttp);
    return new Oauth4webapi(await oauth.processDiscoveryResponse(issuer, reply), account);
  },
};
