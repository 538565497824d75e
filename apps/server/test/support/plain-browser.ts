// A simple browser: keeps cookies, follows links and redirects one at a time, posts forms.

export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** How a request reaches a server: over the network or by injection into an app. */
export type Send = (
  url: URL,
  init: { readonly method: string; readonly headers: Headers; readonly body?: string },
) => Promise<Response>;

const viaFetch: Send = (url, init) => fetch(url, { ...init, redirect: 'manual' });

const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

/** Hidden inputs and ticked boxes of the page's form, as a browser would send them. */
export const formFields = ({ text }: Pick<Page, 'text'>): URLSearchParams => {
  const inputs = [...text.matchAll(/<input\s[^>]*>/g)].map(([input]) => input);
  const attribute = (input: string, name: string): string =>
    unescaped(new RegExp(`\\s${name}="([^"]*)"`).exec(input)?.[1] ?? '');
  const sent = inputs.filter((input) => / type="hidden"/.test(input) || / checked[\s>]/.test(input));
  const fields = new URLSearchParams();
  for (const input of sent) fields.append(attribute(input, 'name'), attribute(input, 'value'));
  return fields;
};

export class PlainBrowser {
  readonly #cookies = new Map<string, string>();
  readonly #send: Send;

  constructor(send: Send = viaFetch) {
    this.#send = send;
  }

  async request(
    url: URL | string,
    init: { body?: URLSearchParams; headers?: Record<string, string> } = {},
  ): Promise<Page> {
    const headers = new Headers(init.headers);
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`);
    if (cookies.length > 0) headers.set('cookie', cookies.join('; '));
    if (init.body) headers.set('content-type', 'application/x-www-form-urlencoded');
    const target = new URL(url);
    const sent = init.body ? { method: 'POST', headers, body: String(init.body) } : { method: 'GET', headers };
    const reply = await this.#send(target, sent);
    for (const cookie of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/max-age=0\b/i.test(cookie) || value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return { url: target, status: reply.status, headers: reply.headers, text: await reply.text() };
  }

  /** Follows redirects within the page's origin. Stops at the first page or at a redirect to another origin. */
  async open(
    url: URL | string,
    init: { body?: URLSearchParams; headers?: Record<string, string> } = {},
  ): Promise<Page> {
    let page = await this.request(url, init);
    for (let hops = 0; hops < 10; hops++) {
      const location = page.headers.get('location');
      const next = location === null ? undefined : new URL(location, page.url);
      if (!next || next.origin !== page.url.origin) return page;
      page = await this.request(next);
    }
    throw new Error(`too many redirects, the last one from ${page.url}`);
  }

  /** Sends the page's form with its fields overridden by `changes`. */
  submit(page: Page, changes: Readonly<Record<string, string>>, headers: Record<string, string> = {}): Promise<Page> {
    const action = /<form method="post" action="([^"]*)"/.exec(page.text)?.[1];
    if (action === undefined) throw new Error(`no form at ${page.url}: ${page.status}\n${page.text}`);
    const body = formFields(page);
    for (const [name, value] of Object.entries(changes)) body.set(name, value);
    return this.open(new URL(unescaped(action), page.url), { body, headers });
  }
}
