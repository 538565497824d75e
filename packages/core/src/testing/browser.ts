// A browser that visits one host: it keeps cookies and follows no redirect automatically.

/** The part of a response that a browser reads. Names of headers are in lower case. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Sends a GET request. `url` is a path with its query. */
export type Get<R extends Reply> = (url: string, headers: Readonly<Record<string, string>>) => Promise<R>;

export class Browser<R extends Reply> {
  readonly cookies = new Map<string, string>();
  readonly #get: Get<R>;

  constructor(get: Get<R>) {
    this.#get = get;
  }

  async visit(url: string): Promise<R> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const { pathname, search } = new URL(url, 'http://127.0.0.1:4444');
    const reply = await this.#get(`${pathname}${search}`, cookie === '' ? {} : { cookie });
    for (const line of [reply.headers['set-cookie'] ?? []].flat()) this.#keep(String(line));
    return reply;
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/Max-Age=0/.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
