// Clients register themselves (RFC 7591 §3), and read, replace and delete their registration (RFC 7592 §2).
import type { JsonValue } from '../domain/json.ts';
import { oauthError } from '../errors/oauth-error.ts';
import type { RateLimits } from '../usecases/rate-limits.ts';
import type { RegistrationAccess, RegistrationUseCases } from '../usecases/registration/registration-use-cases.ts';
import { bearerChallenge, bearerHeader } from './bearer-token.ts';
import type { ErrorReplies } from './error-reply.ts';
import { readJsonBody } from './json-body.ts';
import { presentRegistration, readRegistration, readReplacement } from './registration-body.ts';
import { emptyReply, freshJsonReply, noStore } from './reply.ts';
import type { Endpoint, WireReply, WireRequest } from './wire.ts';

interface Deps {
  readonly issuer: string;
  readonly registration: RegistrationUseCases;
  readonly errors: ErrorReplies;
}

interface LimitedDeps extends Deps {
  readonly rateLimits: RateLimits | null;
}

/** RFC 7591 §3.1. A form of another site cannot send this type, and a script must ask first (CORS). */
const readJson = (request: WireRequest): JsonValue => {
  if (!/^application\/json *(;|$)/i.test(request.header('content-type') ?? '')) {
    throw oauthError('invalid_request', 'The Content-Type must be application/json.');
  }
  return readJsonBody(request.body);
};

/** RFC 7592 §2: the last segment of the path is the client's id, and the token is the one from its registration. */
const readAccess = (request: WireRequest): RegistrationAccess => {
  const path = request.url.split('?', 1)[0] ?? '';
  return {
    clientId: decode(path.slice(path.lastIndexOf('/') + 1)),
    registrationToken: bearerHeader(request) || undefined,
    origin: request,
  };
};

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw oauthError('invalid_request', 'The path has a malformed percent escape.');
  }
};

const answerErrors =
  (endpoint: Endpoint, errors: ErrorReplies): Endpoint =>
  async (request) => {
    try {
      return await endpoint(request);
    } catch (thrown) {
      const error = errors.toOAuthError(thrown, request, { endpoint: 'registration' });
      const reply = errors.json(error);
      if (error.code !== 'invalid_token') return reply;
      const challenge = bearerChallenge(request.header('authorization') ?? '');
      return { ...reply, headers: { ...reply.headers, 'www-authenticate': challenge } };
    }
  };

/** POST (RFC 7591 §3). */
export const makeRegistrationEndpoint = ({ issuer, registration, rateLimits, errors }: LimitedDeps): Endpoint =>
  answerErrors(async (request) => {
    await rateLimits?.countStranger('registration', request);
    const registered = await registration.register({
      initialAccessToken: bearerHeader(request) || undefined,
      origin: request,
      ...readRegistration(readJson(request)),
    });
    if (request.notes) request.notes.clientId = registered.client.id;
    return freshJsonReply(201, presentRegistration(registered, issuer));
  }, errors);

/** GET, PUT and DELETE of one client's registration (RFC 7592 §2). */
export const makeClientConfigurationEndpoint = ({ issuer, registration, errors }: Deps): Endpoint => {
  const replace = async (request: WireRequest, access: RegistrationAccess): Promise<WireReply> => {
    // A caller without access gets no information about the body that it sent.
    await registration.read(access);
    const replacement = readReplacement(readJson(request), access.clientId);
    return freshJsonReply(200, presentRegistration(await registration.replace({ ...access, ...replacement }), issuer));
  };

  return answerErrors(async (request) => {
    const access = readAccess(request);
    if (request.notes) request.notes.clientId = access.clientId;
    switch (request.method) {
      case 'GET':
      case 'HEAD':
        return freshJsonReply(200, presentRegistration(await registration.read(access), issuer));
      case 'PUT':
        return replace(request, access);
      case 'DELETE':
        await registration.remove(access);
        return emptyReply(204, noStore);
      default:
        return emptyReply(405, { allow: 'GET, HEAD, PUT, DELETE' });
    }
  }, errors);
};
