// Reaches the admin API over HTTP: by URL, or on a Unix socket.
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text as readText } from 'node:stream/consumers';
import { CommandError, exitCodes } from '../commands/command-context.ts';
import { type AdminAnswer, type AdminRequest, type AdminTransport, bodyOf } from './admin-transport.ts';

/** In PEM format. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface HttpTransportOptions {
  /** `http://…` or `https://…` with an optional path, or `unix:` and the path of a socket. */
  readonly url: string;
  /** '' for none. */
  readonly key: string;
  /** null for none. */
  readonly certificate: ClientCertificate | null;
  /** Milliseconds. */
  readonly timeout: number;
}

const unixPrefix = 'unix:';

const targetOf = (url: string): RequestOptions & { readonly base: string; readonly isSecure: boolean } => {
  if (url.startsWith(unixPrefix)) {
    // On a socket, the server accepts every host name.
    return { socketPath: url.slice(unixPrefix.length), host: 'localhost', base: '', isSecure: false };
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isWeb = parsed?.protocol === 'http:' || parsed?.protocol === 'https:';
  if (!parsed || !isWeb || parsed.username !== '' || parsed.search !== '' || parsed.hash !== '') {
    throw new CommandError(
      'The URL of the admin API must begin with http://, https:// or unix:, and must not have a user name, query or fragment. Examples: http://127.0.0.1:4445, unix:/run/claviger/admin.sock.',
      exitCodes.usage,
    );
  }
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port,
    base: parsed.pathname.replace(/\/$/, ''),
    isSecure: parsed.protocol === 'https:',
  };
};

const remedies: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there. Is the server running, and is this its admin listener?',
  ENOENT: 'There is no such socket. Is the server running with CLAVIGER_ADMIN_SOCKET?',
  EACCES: 'This user may not connect to the socket. CLAVIGER_ADMIN_SOCKET_MODE sets who may.',
  ENOTFOUND: 'The host name is unknown.',
  ETIMEDOUT: 'It does not answer.',
  EPROTO: 'It does not speak TLS. Should the URL begin with http://?',
  SELF_SIGNED_CERT_IN_CHAIN: 'Its certificate is not trusted. Name its authority in NODE_EXTRA_CA_CERTS.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Its certificate is not trusted. Name its authority in NODE_EXTRA_CA_CERTS.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Its certificate is not trusted. Name its authority in NODE_EXTRA_CA_CERTS.',
};

const unreachable = (name: string, error: unknown): CommandError => {
  // With several addresses for a name, the reasons are in a list.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const code = first instanceof Error && 'code' in first ? String(first.code) : '';
  const reason = first instanceof Error ? first.message : String(first);
  const remedy = remedies[code] ?? 'Check --url, or use --direct on a machine that has the settings of the server.';
  return new CommandError(`${name} cannot be reached: ${reason}. ${remedy}`, exitCodes.unreachable, { cause: error });
};

/** Throws CommandError if the URL is not valid. */
export const httpTransport = ({ url, key, certificate, timeout }: HttpTransportOptions): AdminTransport => {
  const { base, isSecure, ...target } = targetOf(url);
  const send = async (request: AdminRequest): Promise<AdminAnswer> => {
    const body = bodyOf(request);
    const headers = {
      accept: 'application/json',
      ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
      ...(body ? { 'content-type': body.type, 'content-length': Buffer.byteLength(body.text) } : {}),
    };
    const options = { ...target, ...certificate, method: request.method, path: `${base}${request.path}`, headers };
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const sent = (isSecure ? requestHttps : requestHttp)({ ...options, signal: AbortSignal.timeout(timeout) });
        sent.once('response', resolve).once('error', reject).end(body?.text);
      });
      return { status: answer.statusCode ?? 0, text: await readText(answer) };
    } catch (error) {
      throw unreachable(url, error);
    }
  };
  return { name: url, send, close: async () => undefined };
};
