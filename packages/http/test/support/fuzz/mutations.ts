// Small changes to a valid request. Most of it stays valid, so that the change gets far into the server.
import type { Chance } from './chance.ts';
import { nastyTexts, nastyValues } from './nasty.ts';
import { type FuzzBody, type FuzzRequest, type Pairs, payloadOf, wellFormed } from './request.ts';

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];

const headerNames = [
  'authorization',
  'content-type',
  'cookie',
  'origin',
  'host',
  'accept',
  'sec-fetch-site',
  'x-forwarded-for',
  'x-forwarded-proto',
  'access-control-request-method',
  'access-control-request-headers',
  'transfer-encoding',
  'expect',
  'if-none-match',
];

const contentTypes = [
  'application/json',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=utf-16',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'text/plain',
  'nonsense',
  ';',
];

export class Mutator {
  readonly #chance: Chance;
  /** Values of other requests: codes, tokens, challenges, parameter names. */
  readonly #treasure: readonly string[];

  constructor(chance: Chance, treasure: readonly string[]) {
    this.#chance = chance;
    this.#treasure = treasure;
  }

  /** One to four changes. */
  mutate(request: FuzzRequest): FuzzRequest {
    let changed = request;
    for (let count = 1 + this.#chance.below(4); count > 0; count -= 1) changed = this.#change(changed);
    return changed;
  }

  #change(request: FuzzRequest): FuzzRequest {
    const chance = this.#chance;
    switch (chance.pick(['query', 'query', 'body', 'body', 'body', 'headers', 'path', 'method', 'listener'] as const)) {
      case 'query':
        return { ...request, query: this.#pairs(request.query) };
      case 'body':
        return { ...request, body: this.#body(request.body) };
      case 'headers':
        return { ...request, headers: this.#headers(request.headers) };
      case 'path':
        return { ...request, path: this.#path(request.path) };
      case 'method':
        return chance.happens(0.5) ? { ...request, method: chance.pick(methods) } : request;
      case 'listener':
        return chance.happens(0.3) ? { ...request, listener: chance.pick(['public', 'admin'] as const) } : request;
    }
  }

  #text(former = ''): string {
    const chance = this.#chance;
    switch (chance.below(5)) {
      case 0:
        return chance.pick(this.#treasure);
      case 1:
        return this.#edited(former);
      case 2:
        return `${former}${chance.pick(nastyTexts)}`;
      default:
        return chance.pick(nastyTexts);
    }
  }

  /** Adds, removes or changes one character. */
  #edited(text: string): string {
    const at = this.#chance.below(text.length + 1);
    const character = String.fromCharCode(this.#chance.below(this.#chance.happens(0.9) ? 0x7f : 0x10000));
    return text.slice(0, at) + this.#chance.pick(['', character]) + text.slice(at + this.#chance.below(2));
  }

  #pairs(pairs: Pairs): Pairs {
    const chance = this.#chance;
    const at = chance.below(pairs.length);
    const [name, value] = pairs[at] ?? ['', ''];
    const others = pairs.filter((_, index) => index !== at);
    switch (chance.below(6)) {
      case 0:
        return others;
      case 1:
        return [...pairs, [name, this.#text(value)]];
      case 2:
        return [...pairs, [chance.pick(this.#treasure), this.#text()]];
      case 3:
        return [...others, [this.#text(name), value]];
      default:
        return [...others, [name, this.#text(value)]];
    }
  }

  #body(body: FuzzBody): FuzzBody {
    const chance = this.#chance;
    if (body.kind === 'none') return chance.happens(0.2) ? { kind: 'json', value: chance.pick(nastyValues) } : body;
    if (chance.happens(0.1)) return { kind: 'raw', bytes: this.#bytes(Buffer.from(payloadOf(body).payload ?? '')) };
    if (body.kind === 'form') return { kind: 'form', pairs: this.#pairs(body.pairs) };
    if (body.kind === 'json') return { kind: 'json', value: this.#value(body.value, 0) };
    return { kind: 'raw', bytes: this.#bytes(body.bytes) };
  }

  #bytes(bytes: Buffer): Buffer {
    const chance = this.#chance;
    const at = chance.below(bytes.length + 1);
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at + chance.below(3))];
    const between = Buffer.from(Array.from({ length: chance.below(4) }, () => chance.below(256)));
    return chance.happens(0.2) ? Buffer.from(head) : Buffer.concat([head, between, tail]);
  }

  /** Replaces one value somewhere in the JSON. */
  #value(value: unknown, depth: number): unknown {
    const chance = this.#chance;
    if (typeof value !== 'object' || value === null || depth > 6 || chance.happens(0.1))
      return this.#replacement(value);
    if (Array.isArray(value)) {
      const at = chance.below(value.length);
      if (value.length === 0 || chance.happens(0.2)) return [...value, this.#replacement('')];
      return value.map((entry, index) => (index === at ? this.#value(entry, depth + 1) : entry));
    }
    const members = Object.entries(value);
    const at = chance.below(members.length);
    const [name = '', former] = members[at] ?? [];
    if (members.length === 0 || chance.happens(0.15)) {
      const added = chance.happens(0.5) ? chance.pick(this.#treasure) : this.#text();
      return { ...value, [added]: this.#replacement('') };
    }
    if (chance.happens(0.1)) return Object.fromEntries(members.filter((_, index) => index !== at));
    return { ...value, [name]: this.#value(former, depth + 1) };
  }

  #replacement(former: unknown): unknown {
    return this.#chance.happens(0.4)
      ? this.#text(typeof former === 'string' ? former : '')
      : this.#chance.pick(nastyValues);
  }

  #headers(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const chance = this.#chance;
    const name = chance.pick([...Object.keys(headers), ...headerNames]);
    if (chance.happens(0.15)) return Object.fromEntries(Object.entries(headers).filter(([other]) => other !== name));
    const value =
      name === 'content-type' && chance.happens(0.8) ? chance.pick(contentTypes) : this.#text(headers[name]);
    // Headers that node:http never passes on: its parser refuses them, or they change the connection.
    const safe = value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').trim();
    return { ...headers, [name]: safe };
  }

  #path(path: string): string {
    const chance = this.#chance;
    const segments = path.split('/').slice(1);
    const at = chance.below(segments.length);
    const nasty = this.#text(segments[at]);
    const segment = chance.happens(0.3)
      ? nasty.replaceAll(/[^\x21-\x7e]/g, '_')
      : encodeURIComponent(wellFormed(nasty));
    switch (chance.below(5)) {
      case 0:
        return `/${segments.filter((_, index) => index !== at).join('/')}`;
      case 1:
        return `/${[...segments.slice(0, at), '', ...segments.slice(at)].join('/')}`;
      case 2:
        return `${path}/${segment}`;
      default:
        return `/${segments.map((one, index) => (index === at ? segment : one)).join('/')}`;
    }
  }
}
