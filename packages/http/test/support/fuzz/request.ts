// A request in parts that can be changed one by one, and how it is sent.
export type Pairs = readonly (readonly [string, string])[];

export type FuzzBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'form'; readonly pairs: Pairs }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'raw'; readonly bytes: Buffer };

export interface FuzzRequest {
  readonly listener: 'public' | 'admin';
  readonly method: string;
  /** Encoded, with a leading slash. */
  readonly path: string;
  readonly query: Pairs;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: FuzzBody;
}

export const request = (
  listener: 'public' | 'admin',
  line: string,
  parts: Partial<Pick<FuzzRequest, 'query' | 'headers' | 'body'>> = {},
): FuzzRequest => {
  const [method = '', path = ''] = line.split(' ');
  return { listener, method, path, query: [], headers: {}, body: { kind: 'none' }, ...parts };
};

export const form = (fields: Readonly<Record<string, string>>): FuzzBody => ({
  kind: 'form',
  pairs: Object.entries(fields),
});

export const json = (value: unknown): FuzzBody => ({ kind: 'json', value });

/** As URLSearchParams, except that existing escapes stay as they are, even malformed ones. */
const encoded = (pairs: Pairs): string =>
  pairs.map(([name, value]) => `${encodedText(name)}=${encodedText(value)}`).join('&');

/** Half a surrogate pair has no encoding in UTF-8. */
export const wellFormed = (text: string): string => text.replaceAll(/\p{Surrogate}/gu, '\ufffd');

const encodedText = (text: string): string =>
  text.startsWith('%') ? text : encodeURIComponent(wellFormed(text)).replaceAll('%20', '+');

export const targetOf = ({ path, query }: FuzzRequest): string =>
  query.length === 0 ? path : `${path}?${encoded(query)}`;

export const payloadOf = (body: FuzzBody): { readonly type?: string; readonly payload?: string | Buffer } => {
  switch (body.kind) {
    case 'none':
      return {};
    case 'form':
      return { type: 'application/x-www-form-urlencoded', payload: encoded(body.pairs) };
    case 'json':
      return { type: 'application/json', payload: JSON.stringify(body.value) ?? 'undefined' };
    case 'raw':
      return { payload: body.bytes };
  }
};
