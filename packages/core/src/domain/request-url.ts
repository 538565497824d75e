// The URL of the authorization request, as stored with its flow. Long values that the flow stores in other members are
// removed from the URL, because anyone can begin a flow, and each flow is stored for minutes.
import { decodeJwt } from 'jose';
import type { AuthorizationRequest, OidcContext } from './authorization-request.ts';
import type { JsonObject } from './json.ts';

/**
 * Characters. Shorter values stay in the URL too, because nodes of the previous release read values such as the `state`
 * of an error from it.
 */
const shortest = 256;

type Members = Pick<AuthorizationRequest, 'state' | 'nonce' | 'context'>;

/** For each parameter, the text restored from the flow's members. */
const keptElsewhere = ({ state, nonce, context }: Members): Readonly<Record<string, string>> => ({
  state: state ?? '',
  nonce: nonce ?? '',
  login_hint: context.loginHint ?? '',
  claims: context.claims ? JSON.stringify(context.claims) : '',
});

const lengthOf = (text: string | null): number => text?.length ?? 0;

/** Usually there is none, and the URL is stored unchanged. */
const hasLongMember = ({ state, nonce, context: { loginHint, claims } }: Members): boolean =>
  lengthOf(state) > shortest || lengthOf(nonce) > shortest || lengthOf(loginHint) > shortest || claims !== undefined;

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

/** Replaces each long value that a member holds with the bare parameter name, without `=`. */
const shortenUrl = (url: string, members: Members): string => {
  if (url.length <= shortest || !hasLongMember(members)) return url;
  const kept = keptElsewhere(members);
  return mapPairs(url, (name, pair) => {
    const known = Object.hasOwn(kept, name) ? kept[name] : undefined;
    if (known === undefined || known.length <= shortest) return pair;
    const sent = new URLSearchParams(pair).get(name) ?? '';
    return sent === known || (name === 'claims' && canonicalJson(sent) === known) ? name : pair;
  });
};

/** Restores the whole URL. The white space of `claims` may differ from what was sent. */
export const fullUrl = (request: Members & Pick<AuthorizationRequest, 'url'>): string => {
  if (!hasLongMember(request)) return request.url;
  const kept = keptElsewhere(request);
  return mapPairs(request.url, (name, pair) => {
    const known = pair === name && Object.hasOwn(kept, name) ? (kept[name] ?? '') : '';
    return known.length > shortest ? `${name}=${encodeURIComponent(known)}` : pair;
  });
};

/** The request as stored with its flow. Only two claims of a hint are stored, because the URL contains the hint. */
export const keptRequest = (request: AuthorizationRequest): AuthorizationRequest => {
  const { idTokenHintClaims } = request.context;
  const context = idTokenHintClaims
    ? { ...request.context, idTokenHintClaims: keptHintClaims(idTokenHintClaims) }
    : request.context;
  return { ...request, context, url: shortenUrl(request.url, request) };
};

/** Characters of JSON. A typical request has far fewer. */
const longestEnded = 4096;
/** Characters. */
const longestEndedState = 1024;

/**
 * True for most requests, without writing their JSON. All members of such a request come from its URL, so they are at most
 * three times as long, with their escapes. A request object may have more members than the URL.
 */
const isShort = (request: AuthorizationRequest): boolean =>
  request.url.length <= longestEnded / 4 &&
  !hasLongMember(request) &&
  request.context.idTokenHintClaims === null &&
  !/[?&]request(_uri)?=/.test(request.url);

/**
 * The part of the request that is kept once its flow has ended. An ended flow is stored until it expires but no longer
 * counts towards the limit on pending flows. A long request is therefore reduced to what the reply to a reused verifier
 * needs: the client, and where and how to reply.
 */
export const endedRequest = (request: AuthorizationRequest): AuthorizationRequest => {
  if (isShort(request) || JSON.stringify(request).length <= longestEnded) return request;
  return {
    ...request,
    scope: [],
    audience: [],
    state: lengthOf(request.state) > longestEndedState ? null : request.state,
    nonce: null,
    context: { acrValues: [], uiLocales: [], display: null, loginHint: null, idTokenHintClaims: null },
    url: '',
  };
};

const keptHintClaims = ({ sub, sid }: JsonObject): JsonObject => ({
  ...(sub === undefined ? {} : { sub }),
  ...(sid === undefined ? {} : { sid }),
});

/**
 * All claims of the hint, for the login and consent pages. The hint was verified when the request arrived, and the URL
 * is the server's own record, so the hint is only decoded here. A hint from a request object is not in the URL.
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
