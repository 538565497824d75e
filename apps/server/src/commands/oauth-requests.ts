// What `token …` asks of the endpoints for applications. oauth4webapi checks the answers.
import * as oauth from 'oauth4webapi';
import type { JsonObject } from '../admin-client/json.ts';
import { type CommandContext, CommandError, exitCodes } from './command-context.ts';
import { listenForCallback } from './loopback-callback.ts';
import { openBrowser } from './open-browser.ts';

export interface Application {
  readonly issuer: string;
  readonly clientId: string;
  /** '' for a public client. */
  readonly secret: string;
  /** How the secret is sent (RFC 6749 §2.3.1). */
  readonly sends: 'basic' | 'post';
}

export interface Login {
  readonly scope: string;
  readonly redirectUri: string;
  readonly audience: readonly string[];
  /** Start the browser, or only print the address. */
  readonly opensBrowser: boolean;
  /** Milliseconds. */
  readonly wait: number;
}

interface Opened {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly authentication: oauth.ClientAuth;
  readonly options: { readonly [oauth.allowInsecureRequests]: boolean };
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

const hintOf = ({ cause }: oauth.ResponseBodyError): string =>
  typeof cause.error_hint === 'string' ? ` ${cause.error_hint}` : '';

/** Rewords errors of the library and of the network for people. */
const explained = (error: unknown, issuer: string): unknown => {
  if (error instanceof CommandError) return error;
  if (error instanceof oauth.ResponseBodyError) {
    const { error: code, error_description: description } = error;
    return new CommandError(`${code}: ${description ?? 'The server refused.'}${hintOf(error)}`);
  }
  if (error instanceof oauth.AuthorizationResponseError) {
    return new CommandError(`${error.error}: ${error.error_description ?? 'The login was refused.'}`);
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    return new CommandError('invalid_client: The server does not accept the client id and secret.');
  }
  if (error instanceof TypeError && error.message === 'fetch failed') {
    const reason = error.cause instanceof Error ? error.cause.message || codeOf(error.cause) : '';
    const text = `${issuer} cannot be reached: ${reason}. Is the server running, and is this its issuer (--issuer)?`;
    return new CommandError(text, exitCodes.unreachable, { cause: error });
  }
  return error instanceof oauth.OperationProcessingError
    ? new CommandError(`The answer of ${issuer} is not valid: ${error.message}.`, exitCodes.failed, { cause: error })
    : error;
};

const open = async ({ issuer, clientId, secret, sends }: Application): Promise<Opened> => {
  if (!URL.canParse(issuer) || !/^https?:$/.test(new URL(issuer).protocol)) {
    throw new CommandError('--issuer must be an http or https URL, such as http://127.0.0.1:4444/.', exitCodes.usage);
  }
  const url = new URL(issuer);
  const options = { [oauth.allowInsecureRequests]: url.protocol === 'http:' };
  const response = await oauth.discoveryRequest(url, options);
  if (response.status !== 200) {
    const message = `${issuer} answered with status ${response.status} where its discovery document should be. Is it the issuer?`;
    throw new CommandError(message);
  }
  const server = await oauth.processDiscoveryResponse(url, response);
  const withSecret = sends === 'post' ? oauth.ClientSecretPost : oauth.ClientSecretBasic;
  const authentication = secret === '' ? oauth.None() : withSecret(secret);
  return { server, client: { client_id: clientId }, authentication, options };
};

const explaining = async <T>(application: Application, run: (opened: Opened) => Promise<T>): Promise<T> => {
  try {
    return await run(await open(application));
  } catch (error) {
    throw explained(error, application.issuer);
  }
};

const toJson = (response: oauth.TokenEndpointResponse): JsonObject => JSON.parse(JSON.stringify(response));

/** RFC 6749 §4.4. */
export const requestClientToken = (application: Application, parameters: URLSearchParams): Promise<JsonObject> =>
  explaining(application, async ({ server, client, authentication, options }) => {
    const response = await oauth.clientCredentialsGrantRequest(server, client, authentication, parameters, options);
    return toJson(await oauth.processClientCredentialsResponse(server, client, response));
  });

/** RFC 7009 §2. */
export const revokeToken = (application: Application, token: string): Promise<void> =>
  explaining(application, async ({ server, client, authentication, options }) => {
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, client, authentication, token, options),
    );
  });

/** The authorization code flow with PKCE, state and nonce, in the browser of the person at the terminal. */
export const requestUserToken = (
  application: Application,
  login: Login,
  context: CommandContext,
): Promise<JsonObject> =>
  explaining(application, async (opened) => {
    const { server, client, authentication, options } = opened;
    const callback = await listenForCallback(login.redirectUri);
    try {
      const secrets = {
        verifier: oauth.generateRandomCodeVerifier(),
        state: oauth.generateRandomState(),
        nonce: oauth.generateRandomNonce(),
      };
      const isOpenId = login.scope.split(' ').includes('openid');
      const address = await authorizationAddress(opened, login, callback.redirectUri, secrets);
      invite(address, login, context);
      const answer = await callback.wait((url) => answerOf(url, opened, secrets.state), login.wait);
      if (answer instanceof oauth.AuthorizationResponseError) throw answer;
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        answer,
        callback.redirectUri,
        secrets.verifier,
        options,
      );
      const expected = isOpenId ? { expectedNonce: secrets.nonce, requireIdToken: true } : {};
      const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, expected);
      if (isOpenId) await oauth.validateApplicationLevelSignature(server, response, options);
      const subject = oauth.getValidatedIdTokenClaims(tokens)?.sub;
      if (subject !== undefined) context.note(`Logged in as ${subject}. The ID token is valid.`);
      return toJson(tokens);
    } finally {
      callback.close();
    }
  });

/** RFC 6749 §4.1.1 with PKCE (RFC 7636 §4.3). */
const authorizationAddress = async (
  { server, client }: Opened,
  { scope, audience }: Login,
  redirectUri: string,
  { verifier, state, nonce }: { readonly verifier: string; readonly state: string; readonly nonce: string },
): Promise<string> => {
  const address = new URL(server.authorization_endpoint ?? '');
  const parameters = {
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(scope.split(' ').includes('openid') ? { nonce } : {}),
    ...(audience.length > 0 ? { audience: audience.join(' ') } : {}),
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  return address.href;
};

/** Throws for a response that is not to this request. A refused login is a response to it. */
const answerOf = (
  url: URL,
  { server, client }: Opened,
  state: string,
): URLSearchParams | oauth.AuthorizationResponseError => {
  try {
    return oauth.validateAuthResponse(server, client, url, state);
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) return error;
    throw error;
  }
};

const invite = (address: string, { opensBrowser }: Login, context: CommandContext): void => {
  context.note(`Log in at this address:\n${address}`);
  if (!opensBrowser) return;
  const onFailure = () => context.note('No browser could be started. Open the address yourself.');
  openBrowser(address, context.environment.BROWSER, onFailure);
};
