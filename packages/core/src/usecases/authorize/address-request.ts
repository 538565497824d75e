// First stage of an authorization request: which client sent it, and where its response may go. Until both are known,
// errors go to an error page.
import type { Parameters } from '../../domain/authorization-request.ts';
import type { Client } from '../../domain/client.ts';
import { chooseRedirectUri } from '../../domain/redirect-uri.ts';
import { OAuthError, oauthError } from '../../errors/oauth-error.ts';
import type { FlowStore } from '../../ports/flow-store.ts';
import type { System } from '../../ports/system.ts';
import type { FindClient } from '../clients/client-cache.ts';
import { findByHandle } from '../flow-handles.ts';
import { hasRequestObject, type ReadRequestObject } from './read-request-object.ts';
import { checkRequestLength } from './request-lengths.ts';
import { noSuchVerifier, type PresentedVerifier } from './returning-flow.ts';

export interface ReceivedRequest {
  readonly parameters: Parameters;
  readonly repeated: readonly string[];
  /** The request as a URL on the issuer's origin. */
  readonly url: string;
  /** The verifier that the browser brings from the login or consent app; null for a new request. */
  readonly presented: PresentedVerifier | null;
}

/** The client exists and has registered the redirect URI, so errors may be sent there. */
export interface AddressedRequest extends ReceivedRequest {
  readonly client: Client;
  readonly redirectUri: string;
  /** The fault of the request object, which is reported to the client. */
  readonly fault: OAuthError | null;
}

type Read = { readonly parameters: Parameters; readonly fault: OAuthError | null };

interface Deps {
  readonly system: Pick<System, 'clock' | 'mac'>;
  readonly clients: FindClient;
  readonly flows: FlowStore;
  readonly readRequestObject: ReadRequestObject;
}

/** Parameters that must not repeat: with two values, the client or the redirect target would be ambiguous. */
const addressing = new Set(['client_id', 'redirect_uri', 'request', 'request_uri']);

/** Throws errors for the error page. */
export const makeAddressRequest = ({ system, clients, flows, readRequestObject }: Deps) => {
  const readNew = async (client: Client, parameters: Parameters): Promise<Read> => {
    try {
      return { parameters: await readRequestObject(client, parameters), fault: null };
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      return { parameters, fault: error };
    }
  };

  /** A request object is read once, when the flow begins. Later it may have expired, or its URI may return another. */
  const recall = async (
    client: Client,
    parameters: Parameters,
    { step, verifier }: PresentedVerifier,
  ): Promise<Read> => {
    const { clock, mac } = system;
    const flow = await findByHandle({ mac, flows }, `${step}-verifier`, verifier, clock.now());
    if (flow?.request.clientId !== client.id) throw noSuchVerifier(step);
    const { sentRedirectUri, responseType, responseMode, state, prompt } = flow.request;
    const read = {
      ...parameters,
      redirect_uri: sentRedirectUri ?? '',
      response_type: responseType,
      response_mode: responseMode,
      state: state ?? '',
      prompt: prompt.join(' '),
    };
    return { parameters: read, fault: null };
  };

  return async (request: ReceivedRequest): Promise<AddressedRequest> => {
    const { repeated, presented } = request;
    if (presented === null) checkRequestLength(request.url);
    const ambiguous = repeated.find((name) => addressing.has(name));
    if (ambiguous) throw oauthError('invalid_request', `The parameter "${ambiguous}" is given more than once.`);
    const client = await clients.find(request.parameters.client_id ?? '');
    if (!client) throw oauthError('invalid_client', 'No client is registered with this client_id.');
    let read: Read = { parameters: request.parameters, fault: null };
    if (hasRequestObject(request.parameters)) {
      read = await (presented ? recall(client, request.parameters, presented) : readNew(client, request.parameters));
    }
    const redirectUri = chooseRedirectUri(client, read.parameters.redirect_uri ?? '');
    if (redirectUri === undefined) {
      throw read.fault ?? oauthError('invalid_request', 'The redirect_uri is not registered for the client.');
    }
    return { ...request, ...read, client, redirectUri };
  };
};
