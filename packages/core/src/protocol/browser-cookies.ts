// The three cookies of the authorization endpoint. Values: `<random>.<time>.<MAC>`.
//
// Over https each has a name prefix (RFC 6265bis §4.1.3), so that no sibling subdomain can set it: `__Host-` for an
// issuer at the root of its host, else `__Secure-` and the issuer's path. The names of the 2018 API, without a prefix,
// are used over plain http. Over https they are also set for nodes of the previous release, and read for flows that those
// nodes began.
import type { BrowserOfStep, PresentedBrowser } from '../domain/browser.ts';
import { asHashed, type Hashed } from '../domain/hashed.ts';
import { type EpochSeconds, type Seconds, seconds } from '../domain/time.ts';
import type { MacPurpose, System } from '../ports/system.ts';
import { type CookieScope, clearCookie, clearStrayCookies, readCookies, setCookie } from './cookies.ts';
import { paths, urlBelow } from './paths.ts';
import type { WireRequest } from './wire.ts';

const names = {
  login: 'oauth2_authentication_csrf',
  consent: 'oauth2_consent_csrf',
  session: 'oauth2_authentication_session',
} as const;

type Kind = keyof typeof names;

/** How long a browser keeps its id (2018 API: 30 days). */
const browserLifespan = seconds(30 * 24 * 3600);

/**
 * First character of the session ids of an https issuer, which the browser also has in a cookie with a prefix. Such an
 * id without that cookie is ignored: a sibling subdomain may have set it.
 */
const prefixedMark = '~';

/** A secret that only the browser has, and its hash, which is stored. */
export interface BrowserSecret {
  readonly value: string;
  readonly hash: Hashed;
}

/** A step's cookies: what the flow remembers of them, and the Set-Cookie lines. */
export interface KeptBrowser {
  readonly browser: BrowserOfStep;
  readonly cookies: readonly string[];
}

interface Deps extends Pick<System, 'digest' | 'mac' | 'random'> {
  readonly issuer: string;
  /** Over https: write the names without a prefix too, and read them where they may count. */
  readonly legacyCookies: boolean;
  /** A value older than this is refused, regardless of the cookie's own lifetime. */
  readonly sessionLifespan: Seconds;
}

/** One kind of cookie under one of its names. */
interface Jar extends CookieScope {
  readonly purpose: MacPurpose;
  readonly longest: Seconds;
}

/** null: not used with this issuer. */
interface Jars {
  readonly prefixed: Jar | null;
  readonly plain: Jar | null;
}

export class BrowserCookies {
  readonly #deps: Deps;
  readonly #url: URL;
  readonly #jars: Readonly<Record<Kind, Jars>>;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#url = new URL(urlBelow(deps.issuer, paths.authorize));
    this.#jars = {
      login: this.#jarsOf('login', 'browser-cookie', browserLifespan),
      consent: this.#jarsOf('consent', 'browser-cookie', browserLifespan),
      session: this.#jarsOf('session', 'session-cookie', deps.sessionLifespan),
    };
  }

  /** The browser ids behind the CSRF cookies of a step. */
  browser(request: WireRequest, step: 'login' | 'consent', now: EpochSeconds): PresentedBrowser {
    const { prefixed, plain } = this.#jars[step];
    const hashIn = (jar: Jar | null): Hashed | null => (jar && this.#read(request, jar, now)?.hash) ?? null;
    return { prefixed: hashIn(prefixed), plain: hashIn(plain) };
  }

  /** Keeps the browser's ids while they are valid, so that two tabs share them, and restarts their 30 days. */
  keepBrowser(request: WireRequest, step: 'login' | 'consent', now: EpochSeconds): KeptBrowser {
    const { prefixed, plain } = this.#jars[step];
    const keep = (jar: Jar): BrowserSecret & { readonly cookies: readonly string[] } => {
      // The id of one cookie is never copied to the other: an attacker may know the one without a prefix.
      const browser = this.#read(request, jar, now) ?? this.#generate('');
      return {
        ...browser,
        cookies: [...this.#clearStrays(request, jar), this.#write(jar, browser.value, now, browserLifespan)],
      };
    };
    const inPrefixed = prefixed && keep(prefixed);
    const inPlain = plain && keep(plain);
    const cookies = [...(inPrefixed?.cookies ?? []), ...(inPlain?.cookies ?? [])];
    const first = inPlain ?? inPrefixed;
    if (first === null) throw new TypeError('A cookie has no name.');
    return {
      browser: { browser: first.hash, ...(inPrefixed ? { prefixedBrowser: inPrefixed.hash } : {}) },
      cookies,
    };
  }

  session(request: WireRequest, now: EpochSeconds): BrowserSecret | undefined {
    const { prefixed, plain } = this.#jars.session;
    const found = prefixed && this.#read(request, prefixed, now);
    if (found || !plain) return found ?? undefined;
    const old = this.#read(request, plain, now);
    return prefixed && old?.value.startsWith(prefixedMark) ? undefined : old;
  }

  /** The sessions that a logout ends: those of all valid cookies, even if none is trusted. A browser has few. */
  sessionsToEnd(request: WireRequest, now: EpochSeconds): readonly BrowserSecret[] {
    const values = this.#sessionJars().flatMap((jar) => [...this.#validValues(request, jar, now)]);
    return [...new Set(values)].slice(0, 8).map((value) => this.#secret(value));
  }

  /** If the browser sends several session cookies, only the one of this host and path is kept. */
  healSession(request: WireRequest): readonly string[] {
    return this.#sessionJars().flatMap((jar) => this.#clearStrays(request, jar));
  }

  /** `maxAge` null lasts until the browser closes. */
  setSession(session: BrowserSecret, maxAge: Seconds | null, now: EpochSeconds): readonly string[] {
    return this.#sessionJars().map((jar) => this.#write(jar, session.value, now, maxAge));
  }

  clearSession(): readonly string[] {
    return this.#sessionJars().map(clearCookie);
  }

  generateSession(): BrowserSecret {
    return this.#generate(this.#jars.session.prefixed ? prefixedMark : '');
  }

  #sessionJars(): readonly Jar[] {
    const { prefixed, plain } = this.#jars.session;
    return [prefixed, plain].filter((jar) => jar !== null);
  }

  #jarsOf(kind: Kind, purpose: MacPurpose, longest: Seconds): Jars {
    const { protocol, pathname } = new URL(this.#deps.issuer);
    const secure = protocol === 'https:';
    const plain: Jar = { name: names[kind], path: '/', secure, purpose, longest };
    if (!secure) return { prefixed: null, plain };
    // A semicolon would end the attribute: the path ends before the segment that has one.
    const path = pathname.replace(/[^/]*;.*/, '').replace(/(?<=.)\/+$/, '');
    const prefix = path === '/' && pathname === '/' ? '__Host-' : '__Secure-';
    const prefixed = { ...plain, name: `${prefix}${names[kind]}`, path };
    return { prefixed, plain: this.#deps.legacyCookies ? plain : null };
  }

  #generate(mark: string): BrowserSecret {
    return this.#secret(`${mark}${this.#deps.random.base64url(32)}`);
  }

  #secret(value: string): BrowserSecret {
    return { value, hash: asHashed(this.#deps.digest.sha256(value)) };
  }

  /**
   * A browser does not say which of several cookies with one name this host set. One is trusted only if no other is
   * valid.
   */
  #read(request: WireRequest, jar: Jar, now: EpochSeconds): BrowserSecret | undefined {
    const [only, another] = this.#validValues(request, jar, now);
    return only === undefined || another !== undefined ? undefined : this.#secret(only);
  }

  #validValues(request: WireRequest, jar: Jar, now: EpochSeconds): ReadonlySet<string> {
    const valid = new Set<string>();
    for (const text of readCookies(request.header('cookie'), jar.name)) {
      const value = this.#validValue(text, jar, now);
      if (value !== undefined) valid.add(value);
    }
    return valid;
  }

  #validValue(text: string, { purpose, longest }: Jar, now: EpochSeconds): string | undefined {
    const [value = '', time = '', mac = '', ...rest] = text.split('.');
    if (rest.length > 0 || !this.#deps.mac.verify(purpose, `${value}.${time}`, mac)) return undefined;
    return now - Number(time) <= longest ? value : undefined;
  }

  #write({ name, path, secure, purpose }: Jar, value: string, now: EpochSeconds, maxAge: Seconds | null): string {
    const body = `${value}.${now}`;
    return setCookie({ name, value: `${body}.${this.#deps.mac.sign(purpose, body)}`, path, maxAge, secure });
  }

  #clearStrays(request: WireRequest, jar: Jar): readonly string[] {
    const { length } = readCookies(request.header('cookie'), jar.name);
    return length > 1 ? clearStrayCookies(jar, this.#url) : [];
  }
}
