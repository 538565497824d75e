// URLs that browsers or this server will open, set by a client or by the operator.

/** A user name or password can make one host look like another (RFC 3986 §7.6). An empty user name is refused too. */
const userInfo = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i;

/** Characters that a URL parser drops or changes, so that a person and a browser see different addresses. */
const misread = /[\s\p{Cc}\\]/u;

/**
 * An absolute URL of one of the schemes, without white space, control characters, backslashes, user name and password.
 * The scheme is the one that a URL parser finds: `HTTP:` is `http:`.
 */
export const isWebUrl = (text: string, schemes: readonly string[] = ['https:', 'http:']): boolean =>
  !misread.test(text) &&
  !userInfo.test(text) &&
  /^[a-z]+:\/\/[^/]/i.test(text) &&
  URL.canParse(text) &&
  schemes.includes(new URL(text).protocol);

/**
 * Schemes that run as script in the browser that opens them: a redirect there would give the client's author control of
 * the page.
 */
const scriptSchemes = ['javascript:', 'data:', 'vbscript:', 'livescript:', 'mocha:'];

/** Schemes of files and of the browser itself. No application can receive a response there. */
const localSchemes = [
  'file:',
  'blob:',
  'about:',
  'view-source:',
  'filesystem:',
  'jar:',
  'mhtml:',
  'resource:',
  'chrome:',
];

/** A host and port in place of the scheme, because `http://` was left out. */
const hostAndPort = /^[a-z][a-z0-9.-]*:\d{1,5}(?=[/?]|$)/i;

/**
 * The fault of a redirect URI, worded to follow the URI in a sentence. Undefined if there is none. A redirect URI must
 * be absolute, have no fragment (RFC 6749 §3.1.2) and lead to an application. Private-use schemes are allowed (RFC 8252
 * §7.1).
 */
export const redirectUriFault = (uri: string, allowHostAsScheme = false): string | undefined => {
  if (uri.includes('#')) return 'has a fragment';
  if (!/^[a-z][a-z0-9+.-]*:[^\s\p{Cc}]+$/iu.test(uri) || !URL.canParse(uri)) return 'is not an absolute URI';
  const { protocol } = new URL(uri);
  if (scriptSchemes.includes(protocol)) return 'would run as script in a browser';
  if (localSchemes.includes(protocol)) return `has the scheme ${protocol.slice(0, -1)}, which leads to no application`;
  if (uri.includes('\\')) return 'has a backslash, which browsers read as a slash';
  if (userInfo.test(uri)) return 'has a user name or password';
  if ((protocol === 'https:' || protocol === 'http:') && !isWebUrl(uri)) return 'is not an absolute URI';
  if (!allowHostAsScheme && hostAndPort.test(uri)) {
    return `has no scheme: write ${JSON.stringify(`http://${uri}`)}`;
  }
  return undefined;
};
