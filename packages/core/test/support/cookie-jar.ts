// The cookies of a browser that visits several hosts, by the rules of RFC 6265bis that matter here.

interface Kept {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly hostOnly: boolean;
  readonly path: string;
}

const reachesHost = ({ domain, hostOnly }: Kept, host: string): boolean =>
  host === domain || (!hostOnly && host.endsWith(`.${domain}`));

const reachesPath = ({ path }: Kept, at: string): boolean =>
  at === path || (at.startsWith(path) && (path.endsWith('/') || at[path.length] === '/'));

export class CookieJar {
  #kept: readonly Kept[] = [];

  /** Stores the cookies of an https response from `host`. Ignores lines that browsers refuse. */
  receive(host: string, lines: string | readonly string[] | undefined): void {
    for (const line of [lines ?? []].flat()) this.#receiveOne(host, line);
  }

  /** The Cookie header, longest path first (RFC 6265bis §5.8.3). */
  header(url: URL): string {
    return this.#kept
      .filter((cookie) => reachesHost(cookie, url.hostname) && reachesPath(cookie, url.pathname))
      .toSorted((a, b) => b.path.length - a.path.length)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  /** Values of the cookies whose names end with `end`. */
  named(end: string): Readonly<Record<string, string>> {
    const found = this.#kept.filter(({ name }) => name.endsWith(end));
    return Object.fromEntries(found.map(({ name, path, value }) => [`${name} ${path}`, value]));
  }

  drop(name: string): void {
    this.#kept = this.#kept.filter((cookie) => cookie.name !== name);
  }

  #receiveOne(host: string, line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const at = pair.indexOf('=');
    const read = new Map(attributes.map((text) => text.toLowerCase().split('=', 2) as [string, string | undefined]));
    const cookie: Kept = {
      name: pair.slice(0, at),
      value: pair.slice(at + 1),
      domain: read.get('domain') ?? host,
      hostOnly: !read.has('domain'),
      path: read.get('path') ?? '/',
    };
    if (!reachesHost(cookie, host)) return;
    const bound = cookie.hostOnly && cookie.path === '/' && read.has('secure');
    if (cookie.name.startsWith('__Host-') && !bound) return;
    if (cookie.name.startsWith('__Secure-') && !read.has('secure')) return;
    const isSame = (other: Kept): boolean =>
      (['name', 'domain', 'hostOnly', 'path'] as const).every((member) => other[member] === cookie[member]);
    this.#kept = this.#kept.filter((other) => !isSame(other));
    if (read.get('max-age') !== '0') this.#kept = [...this.#kept, cookie];
  }
}
