// Response modes: how an authorization response is sent (OAuth 2.0 Multiple Response Type Encoding Practices §2.1,
// OAuth 2.0 Form Post Response Mode §2).
import { isSupportedResponseType, issuesOf } from './response-type.ts';

export type ResponseMode = 'query' | 'fragment' | 'form_post';

export const supportedResponseModes: readonly ResponseMode[] = ['query', 'fragment', 'form_post'];

/** A response with a token uses the fragment, which is never sent to a server. */
const defaultMode = (responseType: string): ResponseMode => {
  const { token, idToken } = issuesOf(responseType);
  return token || idToken ? 'fragment' : 'query';
};

/** Undefined when the mode is not defined, or would put tokens into a query (Multiple Response Types §5). */
export const chooseResponseMode = (responseType: string, asked: string): ResponseMode | undefined => {
  const usual = defaultMode(responseType);
  if (asked === '') return usual;
  const mode = supportedResponseModes.find((known) => known === asked);
  return mode === 'query' && usual === 'fragment' ? undefined : mode;
};

/**
 * The mode of an error: the same as that of a successful response (RFC 6749 §4.2.2.1, Multiple Response Types §2.1). If
 * the response type is missing or unknown, the requested mode is used, or else the query.
 */
export const errorResponseMode = (responseType: string, asked: string): ResponseMode => {
  if (isSupportedResponseType(responseType))
    return chooseResponseMode(responseType, asked) ?? defaultMode(responseType);
  return supportedResponseModes.find((known) => known === asked) ?? 'query';
};
