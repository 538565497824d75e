// Response types (OAuth 2.0 Multiple Response Type Encoding Practices §3 to §5): a set of words, in any order.

/** Words in any order, each at most once. */
type InAnyOrder<Words extends string, Word extends string = Words> = Word extends Words
  ? Word | `${Word} ${InAnyOrder<Exclude<Words, Word>>}`
  : never;

export type ResponseType = InAnyOrder<'code' | 'token' | 'id_token'> | 'none';

const supported = new Set<ResponseType>([
  'code',
  'token',
  'id_token',
  'id_token token',
  'code token',
  'code id_token',
  'code id_token token',
  'none',
]);

/** The words once each, in alphabetical order. */
const canonical = (responseType: string): string =>
  [...new Set(responseType.split(' ').filter((word) => word !== ''))].sort().join(' ');

/** RFC 7591 §2: only `code` if none is registered. Each entry is one combination, and must match as a whole. */
export const allowsResponseType = (
  { metadata: { responseTypes } }: { readonly metadata: { readonly responseTypes: readonly string[] } },
  responseType: string,
): boolean => {
  const wanted = canonical(responseType);
  return responseTypes.length === 0
    ? wanted === 'code'
    : responseTypes.some((registered) => canonical(registered) === wanted);
};

/** What the authorization endpoint can answer. */
export const isSupportedResponseType = (responseType: string): boolean =>
  supported.has(canonical(responseType) as ResponseType);

export const supportedResponseTypes: readonly string[] = [...supported];

/** What the authorization response itself contains. */
export interface Issues {
  readonly code: boolean;
  readonly token: boolean;
  readonly idToken: boolean;
}

export const issuesOf = (responseType: string): Issues => {
  const words = responseType.split(' ');
  return { code: words.includes('code'), token: words.includes('token'), idToken: words.includes('id_token') };
};
