// Calls each operation of both documents at least once, with the examples of the document wherever they fit, in the order
// in which they need each other.
import type { Answer, GivenServer } from '../given-a-server.ts';
import { type Document, type Given, type Located, operationsOf, sendExample } from './operations.ts';

/** RFC 7636 Appendix B: the verifier of the challenge in the examples. */
const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const redirectUri = 'https://shop.example/callback';

export interface Called {
  readonly id: string;
  readonly answer: Answer;
}

const member = (answer: Answer, name: string): string =>
  String((answer.json as Readonly<Record<string, unknown>> | undefined)?.[name]);

export const callEveryOperation = async (
  server: GivenServer,
  documents: { readonly admin: Document; readonly public: Document },
): Promise<readonly Called[]> => {
  const called: Called[] = [];
  const caller = (listener: 'admin' | 'public') => {
    const located = new Map<string, Located>(
      operationsOf(documents[listener]).map((entry) => [entry.operation.operationId, entry]),
    );
    return async (id: string, given: Given = {}): Promise<Answer> => {
      const operation = located.get(id);
      if (operation === undefined) throw new Error(`The ${listener} document has no operation ${id}.`);
      const answer = await sendExample(server[listener], operation, given);
      called.push({ id, answer });
      return answer;
    };
  };
  const admin = caller('admin');
  const open = caller('public');

  const created = await admin('createOAuth2Client');
  const basic = Buffer.from(`shop:${encodeURIComponent(member(created, 'client_secret'))}`).toString('base64');
  const client = { authorization: `Basic ${basic}` };
  await admin('listOAuth2Clients');
  await admin('getOAuth2Client', { params: { id: 'shop' } });
  await admin('updateOAuth2Client', { params: { id: 'shop' } });
  await admin('patchOAuth2Client', { params: { id: 'shop' } });

  const browser = makeBrowser(open);
  await open('oauthAuthByForm');
  await admin('rejectLoginRequest', { params: { challenge: await browser.loginChallenge() } });
  await admin('rejectConsentRequest', { params: { challenge: await consentChallenge(admin, browser) } });
  const login = await browser.loginChallenge();
  await admin('getLoginRequest', { params: { challenge: login } });
  const consent = await consentChallenge(admin, browser, login);
  await admin('getConsentRequest', { params: { challenge: consent } });
  const accepted = await admin('acceptConsentRequest', { params: { challenge: consent } });
  const code = (await browser.follow(member(accepted, 'redirect_to'))).searchParams.get('code') ?? '';

  const tokens = await open('oauthToken', {
    headers: client,
    body: {
      grant_type: 'authorization_code',
      scope: null,
      code,
      redirect_uri: redirectUri,
      code_verifier: codeVerifier,
    },
  });
  const token = member(tokens, 'access_token');
  await open('getUserinfo', { headers: { authorization: `Bearer ${token}` } });
  await open('userinfo', { body: { access_token: token } });
  await open('introspectOAuth2TokenAsClient', { headers: client, body: { token } });
  await admin('introspectOAuth2Token', { body: { token } });
  await open('revokeOAuth2Token', { headers: client, body: { token } });
  await admin('listUserConsentSessions', { params: { subject: 'person-1' } });
  await admin('revokeUserClientConsentSessions', { params: { subject: 'person-1', client: 'shop' } });
  await consentChallenge(admin, browser);
  await admin('revokeAllUserConsentSessions', { params: { subject: 'person-1' } });
  await admin('revokeAuthenticationSession', { params: { subject: 'person-1' } });
  await open('revokeUserLoginCookie');
  await admin('flushInactiveOAuth2Tokens');
  await admin('deleteOAuth2Client', { params: { id: 'shop' } });
  const id = member(await admin('createAdminKey'), 'id');
  await admin('listAdminKeys');
  await admin('listAuditEvents');
  await admin('getAdminKey', { params: { id } });
  await admin('deleteAdminKey', { params: { id } });

  await callRegistration(open);
  await callKeys(admin);
  for (const id of plain.admin) await admin(id);
  for (const id of plain.public) await open(id);
  return called;
};

/** Operations that need nothing. */
const plain = {
  admin: [
    ...['isInstanceAlive', 'isInstanceReady', 'getHealthStatus', 'getVersion', 'getPrometheusMetrics'],
    'getOpenApiDocument',
  ],
  public: [
    ...['getWellKnown', 'getOAuthServerMetadata', 'wellKnown', 'getOpenApiDocument'],
    ...['isInstanceAlive', 'isInstanceReady', 'consentFallback', 'errorFallback', 'logoutFallback'],
  ],
};

type Call = (id: string, given?: Given) => Promise<Answer>;

const makeBrowser = (open: Call) => {
  const cookies = new Map<string, string>();
  const visit = async (query: Readonly<Record<string, string>>): Promise<URL> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await open('oauthAuth', { query, ...(cookie ? { headers: { cookie } } : {}) });
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(String(line)) ?? [];
      cookies.set(name, value);
    }
    return new URL(String(answer.headers.location));
  };
  return {
    loginChallenge: async () => (await visit({})).searchParams.get('login_challenge') ?? '',
    /** Where the server sends the browser that comes from the login or consent page. */
    follow: (url: string) => visit(Object.fromEntries(new URL(url).searchParams)),
  };
};

const consentChallenge = async (
  admin: Call,
  browser: ReturnType<typeof makeBrowser>,
  loginChallenge?: string,
): Promise<string> => {
  const challenge = loginChallenge ?? (await browser.loginChallenge());
  const answer = await admin('getLoginRequest', { params: { challenge } });
  const skipped = (answer.json as { skip?: boolean }).skip === true;
  const accepted = await admin('acceptLoginRequest', {
    params: { challenge },
    body: skipped ? { remember: null, remember_for: null } : {},
  });
  const asked = await browser.follow(member(accepted, 'redirect_to'));
  return asked.searchParams.get('consent_challenge') ?? '';
};

const callRegistration = async (open: Call): Promise<void> => {
  const registered = await open('registerClient');
  const id = member(registered, 'client_id');
  const own = {
    params: { id },
    headers: { authorization: `Bearer ${member(registered, 'registration_access_token')}` },
  };
  await open('readClientRegistration', own);
  await open('replaceClientRegistration', { ...own, body: { client_id: id } });
  await open('deleteClientRegistration', own);
};

const callKeys = async (admin: Call): Promise<void> => {
  const params = { set: 'my-set', kid: 'public:my-key' };
  await admin('createJsonWebKeySet', { params });
  await admin('getJsonWebKeySet', { params });
  await admin('getJsonWebKey', { params });
  await admin('deleteJsonWebKey', { params });
  await admin('updateJsonWebKeySet', { params });
  await admin('updateJsonWebKey', { params });
  await admin('deleteJsonWebKeySet', { params });
};
