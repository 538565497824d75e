// Request objects (OpenID Connect Core §6, RFC 9101): parameters that the client signed, by value (`request`) or by
// reference (`request_uri`).
import type { JWTPayload } from 'jose';
import type { Parameters } from '../../domain/authorization-request.ts';
import type { Client } from '../../domain/client.ts';
import { OAuthError, oauthError } from '../../errors/oauth-error.ts';
import type { RemoteDocuments } from '../../ports/remote-documents.ts';
import { longestRequest } from './request-lengths.ts';
import type { VerifyRequestObject } from './verify-request-object.ts';

export type ReadRequestObject = (client: Client, parameters: Parameters) => Promise<Parameters>;

interface Deps {
  readonly remoteDocuments: RemoteDocuments;
  readonly verifyRequestObject: VerifyRequestObject;
}

export const hasRequestObject = ({ request = '', request_uri: uri = '' }: Parameters): boolean =>
  request !== '' || uri !== '';

/** Claims about the object itself (RFC 7519 §4.1), which are not parameters. */
const aboutItself = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']);

const refuse = (hint: string): OAuthError => oauthError('invalid_request_object', hint);

const withoutFragment = (uri: string): string => uri.split('#', 1)[0] ?? '';

/**
 * RFC 9101 §4: values may be numbers, as in `max_age`, or objects, as in `claims`. Their JSON text becomes the
 * parameter. `resource`, which may be repeated (RFC 8707 §2), may be a list. Its entries are joined like repeated
 * parameters.
 */
const parameterOf = (name: string, value: unknown): string => {
  if (name === 'resource' && Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const parametersIn = (payload: JWTPayload): Parameters =>
  Object.fromEntries(
    Object.entries(payload).flatMap(([name, value]) =>
      aboutItself.has(name) || value === null || value === undefined ? [] : [[name, parameterOf(name, value)]],
    ),
  );

const checkInner = (inner: Parameters, client: Client, outer: Parameters): void => {
  for (const name of ['request', 'request_uri']) {
    // OpenID Connect Core §6.1: a request object must not contain either of them.
    if (name in inner) throw refuse(`The request object holds the parameter "${name}".`);
  }
  // OpenID Connect Core §6.1, RFC 9101 §5: these two must be the same inside and outside the object.
  if ('client_id' in inner && inner.client_id !== client.id)
    throw refuse('The "client_id" of the request object is another than that of the request.');
  if (outer.response_type && 'response_type' in inner && inner.response_type !== outer.response_type)
    throw refuse('The "response_type" of the request object is another than that of the request.');
  const length = Object.entries(inner).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (length > longestRequest) throw refuse(`The request object holds more than ${longestRequest} characters.`);
};

/**
 * The request's parameters, overridden by those of its object (OpenID Connect Core §6.1). Throws invalid_request,
 * invalid_request_uri and invalid_request_object.
 */
export const makeReadRequestObject = ({ remoteDocuments, verifyRequestObject }: Deps): ReadRequestObject => {
  /**
   * The fragment tells caches when to refresh (OpenID Connect Core §6.2). There is no cache here: each request fetches
   * the object.
   */
  const fetchObject = async ({ id, metadata: { requestUris } }: Client, uri: string): Promise<string> => {
    const wanted = withoutFragment(uri);
    if (!requestUris.some((registered) => withoutFragment(registered) === wanted))
      throw oauthError('invalid_request_uri', 'The request_uri is not registered for the client.');
    try {
      return (await remoteDocuments.fetch(wanted, id)).trim();
    } catch (cause) {
      throw new OAuthError('invalid_request_uri', { hint: String((cause as Error).message), cause });
    }
  };

  return async (client, outer) => {
    const { request = '', request_uri: uri = '' } = outer;
    // RFC 9101 §5: one or the other.
    if (request !== '' && uri !== '')
      throw oauthError('invalid_request', 'Only one of "request" and "request_uri" can be sent.');
    const jwt = request === '' ? await fetchObject(client, uri) : request;
    const inner = parametersIn(await verifyRequestObject(client, jwt));
    checkInner(inner, client, outer);
    const merged = Object.entries({ ...outer, ...inner, client_id: client.id });
    return Object.fromEntries(
      merged.filter(([name, value]) => value !== '' && name !== 'request' && name !== 'request_uri'),
    );
  };
};
