// Cookies on the wire (RFC 6265bis): reading the Cookie header, writing Set-Cookie.

/**
 * Optional white space of HTTP (RFC 9110 §5.6.3). `trim` removes more characters, and could turn another
 * name into one with a prefix.
 */
const around = /^[ \t]+|[ \t]+$/g;

/**
 * The values of all cookies of that name, in the order of the header. A browser can hold several: for each domain and
 * path.
 */
export const readCookies = (header: string | undefined, name: string): readonly string[] => {
  const values: string[] = [];
  if (!header?.includes(name)) return values;
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).replace(around, '') === name) values.push(pair.slice(at + 1).replace(around, ''));
  }
  return values;
};

export interface CookieScope {
  readonly name: string;
  readonly path: string;
  readonly secure: boolean;
}

export interface NewCookie extends CookieScope {
  /** Only characters that need no quoting. */
  readonly value: string;
  /** Seconds; null lasts until the browser closes. */
  readonly maxAge: number | null;
}

/** Lax: the browser sends it when the login page sends the browser back, but not with another site's forms. */
export const setCookie = ({ name, value, path, maxAge, secure }: NewCookie): string =>
  [
    `${name}=${value}`,
    `Path=${path}`,
    ...(maxAge === null ? [] : [`Max-Age=${maxAge}`]),
    'HttpOnly',
    ...(secure ? ['Secure'] : []),
    'SameSite=Lax',
  ].join('; ');

export const clearCookie = ({ name, path, secure }: CookieScope): string =>
  [
    `${name}=`,
    `Path=${path}`,
    'Max-Age=0',
    'Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    ...(secure ? ['Secure'] : []),
    'SameSite=Lax',
  ].join('; ');

/** `/a/b` is sent cookies of the paths `/`, `/a`, `/a/` and `/a/b` (RFC 6265bis §5.1.4). */
const pathsThatReach = (path: string): readonly string[] => {
  const segments = path.split('/').filter((segment) => segment !== '');
  const reaching = segments.flatMap((_, index) => {
    const upTo = `/${segments.slice(0, index + 1).join('/')}`;
    return index < segments.length - 1 ? [upTo, `${upTo}/`] : [upTo];
  });
  return ['/', ...reaching];
};

/**
 * A browser sends `a.b.example` the cookies of the domains `a.b.example` and `b.example`. It refuses cookies of a public suffix.
 */
const domainsThatReach = (host: string): readonly string[] => {
  if (/^\[|^[\d.]+$/.test(host)) return [];
  const labels = host.split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
};

/**
 * Set-Cookie lines that remove every other cookie of the name that reaches `url`: those that a sibling subdomain set
 * for the common domain, and those of other paths.
 */
export const clearStrayCookies = ({ name, path, secure }: CookieScope, url: URL): readonly string[] => {
  const line = (at: string, domain: string): string =>
    `${name}=; Path=${at}; ${domain === '' ? '' : `Domain=${domain}; `}Max-Age=0${secure ? '; Secure' : ''}`;
  return ['', ...domainsThatReach(url.hostname)].flatMap((domain) =>
    pathsThatReach(url.pathname)
      .filter((at) => domain !== '' || at !== path)
      .map((at) => line(at, domain)),
  );
};
