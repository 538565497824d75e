// Cookies on the wire (RFC 6265bis): reading the Cookie header, writing Set-Cookie.

/** The first cookie of that name; undefined when there is none. */
export const readCookie = (header: string | undefined, name: string): string | undefined => {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
};

export interface NewCookie {
  readonly name: string;
  /** Only characters that need no quoting. */
  readonly value: string;
  /** Seconds; null lasts until the browser closes. */
  readonly maxAge: number | null;
  readonly secure: boolean;
}

/** Lax, so that it comes along when the login page sends the browser back, but not with another site's forms. */
export const setCookie = ({ name, value, maxAge, secure }: NewCookie): string =>
  [
    `${name}=${value}`,
    'Path=/',
    ...(maxAge === null ? [] : [`Max-Age=${maxAge}`]),
    'HttpOnly',
    ...(secure ? ['Secure'] : []),
    'SameSite=Lax',
  ].join('; ');

export const clearCookie = (name: string, secure: boolean): string =>
  [
    `${name}=`,
    'Path=/',
    'Max-Age=0',
    'Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    ...(secure ? ['Secure'] : []),
    'SameSite=Lax',
  ].join('; ');
