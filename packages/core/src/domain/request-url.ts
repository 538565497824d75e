// The authorization request as a URL, as it is kept with its flow. Long values that the flow keeps in members of their own are
// not kept twice: anyone can begin a flow, and each is stored for minutes.
import { decodeJwt } from 'jose';
import type { AuthorizationRequest, OidcContext } from './authorization-request.ts';
import type { JsonObject } from './json.ts';

/**
 * Characters. Shorter values stay in the URL too: nodes of the release before answer with what is there, such as `state` in
 * an error.
 */
const shortest = 256;

type Members = Pick<AuthorizationRequest, 'state' | 'nonce' | 'context'>;

/** By parameter, the text that the members give back. */
const keptElsewhere = ({ state, nonce, context }: Members): Readonly<Record<string, string>> => ({
  state,
  nonce,
  login_hint: context.loginHint,
  claims: context.claims ? JSON.stringify(context.claims) : '',
});

const canonicalJson = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
};

const mapPairs = (url: string, map: (name: string, pair: string) => string): string => {
  const start = url.indexOf('?') + 1;
  if (start === 0) return url;
  const pairs = url.slice(start).split('&');
  return `${url.slice(0, start)}${pairs.map((pair) => map(pair.split('=', 1)[0] ?? '', pair)).join('&')}`;
};

/** Leaves of each long value that a member keeps only the parameter's name, without `=`. */
const shortenUrl = (url: string, members: Members): string => {
  if (url.length <= shortest) return url;
  const kept = keptElsewhere(members);
  return mapPairs(url, (name, pair) => {
    const known = Object.hasOwn(kept, name) ? kept[name] : undefined;
    if (known === undefined || known.length <= shortest) return pair;
    const sent = new URLSearchParams(pair).get(name) ?? '';
    return sent === known || (name === 'claims' && canonicalJson(sent) === known) ? name : pair;
  });
};

/** The whole URL again. `claims` may be spaced differently than it was sent. */
export const fullUrl = ({ url, ...members }: Members & Pick<AuthorizationRequest, 'url'>): string => {
  const kept = keptElsewhere(members);
  return mapPairs(url, (name, pair) => {
    const known = pair === name && Object.hasOwn(kept, name) ? (kept[name] ?? '') : '';
    return known.length > shortest ? `${name}=${encodeURIComponent(known)}` : pair;
  });
};

/** The request as it is kept with its flow. Of the claims of a hint only two are: the hint itself is in the URL. */
export const keptRequest = (request: AuthorizationRequest): AuthorizationRequest => {
  const { idTokenHintClaims } = request.context;
  const context = idTokenHintClaims
    ? { ...request.context, idTokenHintClaims: keptHintClaims(idTokenHintClaims) }
    : request.context;
  return { ...request, context, url: shortenUrl(request.url, request) };
};

/** Characters of JSON. A usual request has far fewer. */
const longestEnded = 4096;
/** Characters. */
const longestEndedState = 1024;

/**
 * What stays of the request once its flow has ended. Such a flow is stored until it expires but counts no more against the
 * ceiling on pending flows, so of a long request only this stays: whose verifier it was, and where and how to answer one that
 * is used again.
 */
export const endedRequest = (request: AuthorizationRequest): AuthorizationRequest => {
  if (JSON.stringify(request).length <= longestEnded) return request;
  return {
    ...request,
    scope: [],
    audience: [],
    state: request.state.length > longestEndedState ? '' : request.state,
    nonce: '',
    context: { acrValues: [], uiLocales: [], display: '', loginHint: '', idTokenHintClaims: null },
    url: '',
  };
};

const keptHintClaims = ({ sub, sid }: JsonObject): JsonObject => ({
  ...(sub === undefined ? {} : { sub }),
  ...(sid === undefined ? {} : { sid }),
});

/**
 * All claims of the hint, for the login and consent pages. It was checked when the request came in, and the URL is the
 * server's own record, so it is only decoded. One that came in a request object is not in the URL.
 */
export const hintClaimsOf = ({ idTokenHintClaims }: OidcContext, url: string): JsonObject | null => {
  if (idTokenHintClaims === null) return null;
  const hint = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('id_token_hint');
  if (!hint) return idTokenHintClaims;
  const claims = decoded(hint);
  return claims && claims.sub === idTokenHintClaims.sub ? claims : idTokenHintClaims;
};

const decoded = (jwt: string): JsonObject | undefined => {
  try {
    return decodeJwt(jwt) as JsonObject;
  } catch {
    return undefined;
  }
};
