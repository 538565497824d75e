// openid-client, unmodified. It reads the code from the query or a posted form, ID tokens from the fragment or a posted
// form. It does not support the response types `token` and `none`, or a code alone in a fragment, and it ignores an
// access token beside an ID token.
import * as oidc from 'openid-client';
import {
  type AuthMethod,
  type Checks,
  type ClientAccount,
  type ClientLibrary,
  type LibraryClient,
  type Outcome,
  postedRequest,
} from './client-library.ts';
import type { Arrival } from './person.ts';
import { redirectUri } from './raw-client.ts';

const authentications: Readonly<Record<AuthMethod, (account: ClientAccount) => oidc.ClientAuth>> = {
  client_secret_basic: ({ secret }) => oidc.ClientSecretBasic(secret),
  client_secret_post: ({ secret }) => oidc.ClientSecretPost(secret),
  client_secret_jwt: ({ secret }) => oidc.ClientSecretJwt(secret),
  private_key_jwt: ({ key }) => oidc.PrivateKeyJwt(key),
  none: () => oidc.None(),
};

const outcomeOf = (tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers): Outcome => ({
  accessToken: tokens.access_token,
  refreshToken: tokens.refresh_token,
  subject: tokens.claims()?.sub,
});

class OpenidClient implements LibraryClient {
  readonly #account: ClientAccount;
  readonly #issuer: URL;
  readonly #config: oidc.Configuration;

  constructor(issuer: URL, account: ClientAccount, config: oidc.Configuration) {
    this.#issuer = issuer;
    this.#account = account;
    this.#config = config;
  }

  static async connect(issuer: URL, account: ClientAccount, ...modes: ((config: oidc.Configuration) => void)[]) {
    const execute = [oidc.allowInsecureRequests, ...modes];
    const authentication = authentications[account.method](account);
    return new OpenidClient(
      issuer,
      account,
      await oidc.discovery(issuer, account.id, undefined, authentication, { execute }),
    );
  }

  async begin(parameters: Readonly<Record<string, string>>) {
    const checks = {
      codeVerifier: oidc.randomPKCECodeVerifier(),
      nonce: oidc.randomNonce(),
      state: oidc.randomState(),
    };
    const url = oidc.buildAuthorizationUrl(this.#config, {
      redirect_uri: redirectUri,
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(checks.codeVerifier),
      code_challenge_method: 'S256',
      ...parameters,
    });
    return { url, checks };
  }

  async finish(responseType: string, arrival: Arrival, { codeVerifier, nonce, state }: Checks): Promise<Outcome> {
    const answer = arrival.mode === 'form_post' ? postedRequest(arrival) : arrival.url;
    const words = responseType.split(' ');
    if (!words.includes('code')) {
      const { config } = await this.#as(oidc.useIdTokenResponseType);
      const { sub } = await oidc.implicitAuthentication(config, answer, nonce, { expectedState: state });
      return { subject: sub, accessToken: arrival.parameters.get('access_token') ?? undefined };
    }
    const { config } = await this.#as(
      words.includes('id_token') ? oidc.useCodeIdTokenResponseType : oidc.enableNonRepudiationChecks,
    );
    const checks = { pkceCodeVerifier: codeVerifier, expectedNonce: nonce, expectedState: state };
    return outcomeOf(await oidc.authorizationCodeGrant(config, answer, checks));
  }

  async refresh(refreshToken: string): Promise<Outcome> {
    return outcomeOf(await oidc.refreshTokenGrant(this.#config, refreshToken));
  }

  async clientCredentials(): Promise<string> {
    return (await oidc.clientCredentialsGrant(this.#config)).access_token;
  }

  async introspect(token: string): Promise<boolean> {
    return (await oidc.tokenIntrospection(this.#config, token)).active;
  }

  revoke(token: string): Promise<void> {
    return oidc.tokenRevocation(this.#config, token);
  }

  async userinfo(accessToken: string, subject: string): Promise<string> {
    return (await oidc.fetchUserInfo(this.#config, accessToken, subject)).sub;
  }

  /** A configuration is for one kind of response type. */
  async #as(mode: (config: oidc.Configuration) => void): Promise<{ readonly config: oidc.Configuration }> {
    return { config: (await OpenidClient.connect(this.#issuer, this.#account, mode)).#config };
  }
}

export const openidClientLibrary: ClientLibrary = {
  name: 'openid-client',
  reads: {
    code: ['query', 'form_post'],
    id_token: ['fragment', 'form_post'],
    'id_token token': ['fragment', 'form_post'],
    'code token': ['form_post'],
    'code id_token': ['fragment', 'form_post'],
    'code id_token token': ['fragment', 'form_post'],
  },
  connect: (issuer, account) => OpenidClient.connect(issuer, account),
};
