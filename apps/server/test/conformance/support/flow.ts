// A whole authorization of a relying party, with every check that the suite makes on each answer.
import type { Test } from 'tap';
import type { PlainBrowser } from '../../support/plain-browser.ts';
import { type Given, hasCode, hasIdToken, hasToken } from './given.ts';
import { checkIdToken, type IdToken, leftHalf } from './id-token.ts';
import { readJson } from './lax-fetch.ts';
import { type Party, randomText, requestToken } from './party.ts';
import { userinfo } from './userinfo.ts';
import { freshBrowser, type Visit, visit } from './visit.ts';

/** undefined removes a parameter. */
export type Parameters = Readonly<Record<string, string | undefined>>;

export const authorizationParameters = (given: Given, party: Party, change: Parameters = {}): URLSearchParams => {
  const all: Parameters = {
    client_id: party.id,
    redirect_uri: party.redirectUri,
    scope: party.scope,
    state: randomText(),
    nonce: randomText(),
    response_type: given.responseType,
    ...(given.responseMode === 'default' ? {} : { response_mode: given.responseMode }),
    ...change,
  };
  const sent = new URLSearchParams();
  for (const [name, value] of Object.entries(all)) if (value !== undefined) sent.append(name, value);
  return sent;
};

export const authorizeUrl = ({ server }: Given, parameters: URLSearchParams): string =>
  `${server.endpoint('authorization_endpoint')}?${parameters}`;

export interface Begin {
  readonly change?: Parameters;
  readonly browser?: PlainBrowser;
  /** Send the request by POST. */
  readonly posted?: boolean;
  /** Sent instead of the parameters, for example a request object. The answer is still checked against `change`. */
  readonly sent?: URLSearchParams;
}

export interface Begun extends Visit {
  /** The parameters of the request. */
  readonly asked: URLSearchParams;
  readonly browser: PlainBrowser;
}

/** Goes up to the answer at the redirect URI, or to the page at which the browser ends. */
export const begin = async (given: Given, party: Party, options: Begin = {}): Promise<Begun> => {
  const { browser = freshBrowser(), posted = false } = options;
  const asked = authorizationParameters(given, party, options.change);
  const sent = options.sent ?? asked;
  const endpoint = given.server.endpoint('authorization_endpoint');
  const visited = posted
    ? await visit(browser, endpoint, party.redirectUri, sent)
    : await visit(browser, authorizeUrl(given, sent), party.redirectUri);
  return { ...visited, asked, browser };
};

/** OAuth 2.0 Multiple Response Types §5, Form Post Response Mode §2: the part that holds the answer. */
const expectedPlace = (given: Given): Visit['by'] => {
  if (given.responseMode === 'form_post') return 'form_post';
  return given.responseType === 'code' ? 'query' : 'fragment';
};

export interface Tokens {
  readonly accessToken: string;
  readonly idToken: IdToken;
  readonly refreshToken: string;
}

/** OpenID Connect Core §3.1.3.3. */
export const readTokens = async (
  t: Test,
  given: Given,
  party: Party,
  reply: Response,
  nonce?: string,
): Promise<Tokens> => {
  const body = await readJson(reply);
  t.equal(reply.status, 200, JSON.stringify(body));
  t.match(reply.headers.get('cache-control'), /no-store/);
  t.match(body, { token_type: /^bearer$/i, expires_in: Number });
  const accessToken = String(body.access_token);
  const idToken = await checkIdToken(t, given, party, {
    text: String(body.id_token),
    ...(nonce === undefined ? {} : { nonce }),
  });
  if (idToken.claims.at_hash !== undefined) t.equal(idToken.claims.at_hash, leftHalf(accessToken));
  return { accessToken, idToken, refreshToken: String(body.refresh_token ?? '') };
};

export interface Redemption {
  /** For PKCE. */
  readonly verifier?: string | undefined;
  /** The audience of an assertion. */
  readonly audience?: string | undefined;
}

export const redeem = (
  given: Given,
  party: Party,
  code: string,
  { verifier, audience }: Redemption = {},
): Promise<Response> => {
  const usual = { grant_type: 'authorization_code', code, redirect_uri: party.redirectUri };
  return requestToken(given, party, verifier === undefined ? usual : { ...usual, code_verifier: verifier }, audience);
};

export interface Flow extends Begun {
  readonly code: string;
  /** From the authorization response and then from the token response; at least one. */
  readonly idTokens: readonly IdToken[];
  readonly accessTokens: readonly string[];
  readonly refreshToken: string;
}

/** The last ID token of a flow. */
export const lastIdToken = ({ idTokens }: Flow): IdToken => {
  const last = idTokens.at(-1);
  if (!last) throw new Error('The flow gave no ID token.');
  return last;
};

export const checkAnswer = (t: Test, given: Given, begun: Begun): void => {
  const { asked, by, parameters, page } = begun;
  t.equal(parameters.get('error'), null, `${parameters.get('error_hint') ?? ''} ${by === 'none' ? page.text : ''}`);
  t.equal(by, expectedPlace(given));
  t.equal(parameters.get('state'), asked.get('state'));
  t.equal(parameters.get('iss'), given.server.issuer, 'RFC 9207 §2');
  t.equal(parameters.has('code'), hasCode(given));
  t.equal(parameters.has('id_token'), hasIdToken(given));
  t.equal(parameters.has('access_token'), hasToken(given));
};

/**
 * An error is sent in the same mode as the answer. `undecided`: the request has no response type to determine it, so without
 * response_mode the query is the place.
 */
export const checkRefusal = (
  t: Test,
  given: Given,
  { asked, by, parameters }: Begun,
  expected: RegExp,
  { undecided = false } = {},
): void => {
  t.match(parameters.get('error'), expected);
  t.equal(by, undecided && given.responseMode !== 'form_post' ? 'query' : expectedPlace(given));
  t.equal(parameters.get('state'), asked.get('state'));
  t.equal(parameters.get('iss'), given.server.issuer, 'RFC 9207 §2');
  for (const name of ['code', 'id_token', 'access_token']) t.notOk(parameters.has(name), name);
};

export const finish = async (
  t: Test,
  given: Given,
  party: Party,
  begun: Begun,
  redemption: Redemption = {},
): Promise<Flow> => {
  checkAnswer(t, given, begun);
  const { asked, parameters } = begun;
  const [code, token, idToken] = ['code', 'access_token', 'id_token'].map((name) => parameters.get(name) ?? '');
  const nonce = asked.get('nonce') ?? undefined;
  const accessTokens = hasToken(given) && token ? [token] : [];
  const idTokens: IdToken[] = [];
  if (hasIdToken(given)) {
    const bound = {
      ...(nonce === undefined ? {} : { nonce }),
      ...(token ? { accessToken: token } : {}),
      ...(code ? { code } : {}),
    };
    idTokens.push(await checkIdToken(t, given, party, { text: idToken ?? '', ...bound }));
  }
  if (!hasCode(given)) return { ...begun, code: '', idTokens, accessTokens, refreshToken: '' };
  const tokens = await readTokens(t, given, party, await redeem(given, party, code ?? '', redemption), nonce);
  idTokens.push(tokens.idToken);
  accessTokens.push(tokens.accessToken);
  t.equal(new Set(idTokens.map(({ claims }) => claims.sub)).size, 1, 'both ID tokens have the same subject');
  return { ...begun, code: code ?? '', idTokens, accessTokens, refreshToken: tokens.refreshToken };
};

/** Goes from the request to the last token and, if userinfo is plain JSON, to userinfo with every access token. */
export const complete = async (
  t: Test,
  given: Given,
  party: Party,
  options: Begin & Redemption & { readonly plainUserinfo?: boolean } = {},
): Promise<Flow> => {
  const flow = await finish(t, given, party, await begin(given, party, options), options);
  for (const token of (options.plainUserinfo ?? true) ? flow.accessTokens : []) {
    const claims = await userinfo(t, given, token);
    t.equal(claims.sub, lastIdToken(flow).claims.sub, 'OpenID Connect Core §5.3.2: the same subject');
  }
  return flow;
};
