// The three cookies of the authorization endpoint, by the names of the 2018 API. Values: `<random>.<time>.<MAC>`.
import { asHashed, type Hashed } from '../domain/hashed.ts';
import { type EpochSeconds, type Seconds, seconds } from '../domain/time.ts';
import type { MacPurpose, System } from '../ports/system.ts';
import { clearCookie, readCookie, setCookie } from './cookies.ts';
import type { WireRequest } from './wire.ts';

const names = {
  login: 'oauth2_authentication_csrf',
  consent: 'oauth2_consent_csrf',
  session: 'oauth2_authentication_session',
} as const;

/** How long a browser keeps its id (2018 API: 30 days). */
const browserLifespan = seconds(30 * 24 * 3600);

/** A secret that lives in one browser only, and its hash, which is what gets stored. */
export interface BrowserSecret {
  readonly value: string;
  readonly hash: Hashed;
}

interface Deps extends Pick<System, 'digest' | 'mac' | 'random'> {
  readonly secure: boolean;
  /** A value older than this is refused, whatever the cookie's own lifetime. */
  readonly sessionLifespan: Seconds;
}

export class BrowserCookies {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The browser id behind the CSRF cookie of a step; undefined when it is missing, forged or too old. */
  browser(request: WireRequest, step: 'login' | 'consent', now: EpochSeconds): BrowserSecret | undefined {
    return this.#read(request, names[step], 'browser-cookie', browserLifespan, now);
  }

  /** Keeps the browser's id while it is valid, so that two tabs share it, and begins its 30 days anew. */
  keepBrowser(
    request: WireRequest,
    step: 'login' | 'consent',
    now: EpochSeconds,
  ): BrowserSecret & { readonly cookie: string } {
    const browser = this.browser(request, step, now) ?? this.draw();
    return { ...browser, cookie: this.#write(names[step], browser.value, 'browser-cookie', now, browserLifespan) };
  }

  session(request: WireRequest, now: EpochSeconds): BrowserSecret | undefined {
    return this.#read(request, names.session, 'session-cookie', this.#deps.sessionLifespan, now);
  }

  /** `maxAge` null lasts until the browser closes. */
  setSession(session: BrowserSecret, maxAge: Seconds | null, now: EpochSeconds): string {
    return this.#write(names.session, session.value, 'session-cookie', now, maxAge);
  }

  clearSession(): string {
    return clearCookie(names.session, this.#deps.secure);
  }

  draw(): BrowserSecret {
    return this.#secret(this.#deps.random.base64url(32));
  }

  #secret(value: string): BrowserSecret {
    return { value, hash: asHashed(this.#deps.digest.sha256(value)) };
  }

  #read(
    request: WireRequest,
    name: string,
    purpose: MacPurpose,
    longest: Seconds,
    now: EpochSeconds,
  ): BrowserSecret | undefined {
    const [value = '', time = '', mac = '', ...rest] = readCookie(request.header('cookie'), name)?.split('.') ?? [];
    if (rest.length > 0 || !this.#deps.mac.verify(purpose, `${value}.${time}`, mac)) return undefined;
    return now - Number(time) <= longest ? this.#secret(value) : undefined;
  }

  #write(name: string, value: string, purpose: MacPurpose, now: EpochSeconds, maxAge: Seconds | null): string {
    const body = `${value}.${now}`;
    return setCookie({
      name,
      value: `${body}.${this.#deps.mac.sign(purpose, body)}`,
      maxAge,
      secure: this.#deps.secure,
    });
  }
}
