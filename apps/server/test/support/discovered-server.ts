// A server that is used only through its discovery document, for the checks of that document.
import { createRemoteJWKSet } from 'jose';
import type { Test } from 'tap';
import { hostDocuments } from './hosted-documents.ts';
import { type Arrival, authorize, type Session, testApps } from './person.ts';
import {
  ClientKeys,
  codeVerifier,
  pkce,
  postForm,
  proofByAssertion,
  proofBySecret,
  type RegisteredClient,
  redirectUri,
  registerClient,
} from './raw-client.ts';
import { startServer } from './start-server.ts';

type Document = Readonly<Record<string, unknown>>;

export const startDiscoveredServer = async (t: Test) => {
  /** The documents at request_uri and jwks_uri. */
  const hosted = await hostDocuments(t);

  const server = await startServer(t, {
    settings: {
      ...testApps,
      CLAVIGER_DYNAMIC_CLIENT_REGISTRATION: 'open',
      CLAVIGER_DANGEROUS_UNGUARDED_DOCUMENTS: 'true',
      CLAVIGER_SUBJECT_TYPES_SUPPORTED: 'public,pairwise',
      CLAVIGER_SUBJECT_TYPE_PAIRWISE_SALT: 'a salt of many bytes',
      CLAVIGER_DISCOVERY_CLAIMS_SUPPORTED: 'email,name',
      CLAVIGER_DISCOVERY_SCOPES_SUPPORTED: 'photos.read',
    },
  });

  const read = async (path: string): Promise<Document> =>
    (await (await fetch(`${server.publicUrl}${path}`)).json()) as Document;

  const document = await read('/.well-known/openid-configuration');

  const text = (member: string): string => String(document[member]);

  const list = (member: string): readonly string[] => {
    const value = document[member];
    if (!Array.isArray(value)) throw new Error(`${member} is not a list.`);
    return value.map(String);
  };

  const responseTypes = list('response_types_supported');

  const everything = {
    grant_types: [...list('grant_types_supported')],
    response_types: [...responseTypes],
    scope: list('scopes_supported').join(' '),
  };

  const keys = await ClientKeys.make();
  /** Keys are created when they are first needed, so the key set is read again without waiting. */
  const keySet = createRemoteJWKSet(new URL(text('jwks_uri')), { cooldownDuration: 0 });

  let registered = 0;
  const register = (metadata: Readonly<Record<string, unknown>> = {}): Promise<RegisteredClient> => {
    registered += 1;
    return registerClient(server, `client-${registered}`, { ...everything, ...metadata });
  };

  const requestOf = (client: RegisteredClient, change: Readonly<Record<string, string>> = {}): string => {
    const parameters = {
      client_id: client.id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid offline',
      state: 'a-state',
      nonce: 'a-nonce',
      ...change,
    };
    return `${text('authorization_endpoint')}?${new URLSearchParams(parameters)}`;
  };

  const arrive = (
    client: RegisteredClient,
    change: Readonly<Record<string, string>> = {},
    session: Session = {},
  ): Promise<Arrival> => authorize(server, requestOf(client, change), session);

  const bySecret = (client: RegisteredClient) => proofBySecret(client, 'client_secret_basic');

  /** The token response for a code. */
  const redeem = async (
    client: RegisteredClient,
    { parameters }: Arrival,
    change: Readonly<Record<string, string>> = {},
  ) => {
    const fields = {
      grant_type: 'authorization_code',
      code: parameters.get('code') ?? '',
      redirect_uri: redirectUri,
      ...change,
    };
    return (await postForm(text('token_endpoint'), bySecret(client), fields)).body;
  };

  const tokensOf = async (client: RegisteredClient, change = {}, session: Session = {}) =>
    redeem(client, await arrive(client, change, session));

  const clientToken = async (client: RegisteredClient): Promise<string> =>
    String(
      (await postForm(text('token_endpoint'), bySecret(client), { grant_type: 'client_credentials' })).body
        .access_token,
    );

  const userinfo = (token: unknown): Promise<Response> =>
    fetch(text('userinfo_endpoint'), { headers: { authorization: `Bearer ${String(token)}` } });

  /** RFC 8414 §2: the endpoint accepts each of these methods. The token in the request is the client's own. */
  const methodsWork = async (
    t: Test,
    endpoint: string,
    methods: readonly string[],
    fieldsFor: (client: RegisteredClient) => Promise<Record<string, string>>,
  ) => {
    for (const method of methods) {
      const metadata = method === 'private_key_jwt' ? { jwks: keys.jwks } : {};
      const client = await register({ ...metadata, token_endpoint_auth_method: method });
      const alg = method === 'client_secret_jwt' ? 'HS256' : 'ES256';
      const proof = method.endsWith('_jwt')
        ? proofByAssertion(await keys.assertion(client, alg, text('token_endpoint')))
        : proofBySecret(client, method);
      t.equal((await postForm(endpoint, proof, await fieldsFor(client))).status, 200, `${endpoint}: ${method}`);
      const none = await postForm(endpoint, { headers: {}, fields: {} }, await fieldsFor(client));
      t.equal(none.status, 401, 'authentication is required');
    }
  };

  const algorithmsWork = async (
    t: Test,
    endpoint: string,
    algorithms: readonly string[],
    fields: Record<string, string>,
  ) => {
    const [byKey, byMac] = [
      await register({ token_endpoint_auth_method: 'private_key_jwt', jwks: keys.jwks }),
      await register({ token_endpoint_auth_method: 'client_secret_jwt' }),
    ];
    for (const alg of algorithms) {
      const assertion = await keys.assertion(alg.startsWith('HS') ? byMac : byKey, alg, text('token_endpoint'));
      t.equal((await postForm(endpoint, proofByAssertion(assertion), fields)).status, 200, `${endpoint}: ${alg}`);
    }
  };

  const anyToken = async () => ({ token: 'a-token' });

  /** A grant that any client can use without a person or, for a public client, a code. */
  const tokenFields = async (client: RegisteredClient): Promise<Record<string, string>> => {
    const { parameters } = await arrive(client, pkce);
    const code = { code: parameters.get('code') ?? '', redirect_uri: redirectUri, code_verifier: codeVerifier };
    return { grant_type: 'authorization_code', ...code };
  };

  return {
    hosted,
    server,
    read,
    document,
    text,
    list,
    responseTypes,
    keys,
    keySet,
    register,
    requestOf,
    arrive,
    bySecret,
    redeem,
    tokensOf,
    clientToken,
    userinfo,
    methodsWork,
    algorithmsWork,
    anyToken,
    tokenFields,
  };
};
