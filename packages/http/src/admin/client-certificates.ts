// Callers of the admin API that authenticate with a TLS client certificate (RFC 8446 §4.3.2), and their scopes.
import type { Server, TLSSocket } from 'node:tls';
import { type AdminCaller, type AdminScope, type OAuthError, oauthError } from '@claviger/core';

/** Scopes by name: `CN:deploy`, `DNS:login.internal`, `URI:spiffe://example.org/login`. DNS names are in lower case. */
export type CertificateScopes = ReadonlyMap<string, readonly AdminScope[]>;

interface Peer {
  readonly result: AdminCaller | OAuthError;
  /** Milliseconds since the epoch. */
  readonly validTo: number;
}

const refusal = (reason: string): OAuthError =>
  oauthError('invalid_token', `The client certificate is not accepted: ${reason}`);

const expired = refusal('CERT_HAS_EXPIRED');

export class ClientCertificates {
  readonly #scopes: CertificateScopes;
  /** Filled at the handshake, so that requests pay one lookup. */
  #peers = new WeakMap<object, Peer>();

  constructor(scopes: CertificateScopes) {
    this.#scopes = scopes;
  }

  /** Must be called before the server listens. */
  watch(server: Server): void {
    server.on('secureConnection', (socket) => {
      const peer = this.#peerOf(socket);
      if (peer) this.#peers.set(socket, peer);
    });
  }

  /** undefined: the connection has no certificate. Checked on each request: the certificate has not expired. */
  callerOn(socket: object): AdminCaller | OAuthError | undefined {
    const peer = this.#peers.get(socket);
    return peer && peer.validTo < Date.now() ? expired : peer?.result;
  }

  /** For changed CAs: certificates count again only on connections whose handshake is yet to come. */
  distrustConnections(): void {
    this.#peers = new WeakMap();
  }

  #peerOf(socket: TLSSocket): Peer | undefined {
    const certificate = socket.getPeerCertificate();
    // Without a certificate this is an empty object. `authorized` can still be true, for a resumed session.
    if (certificate.raw === undefined) return undefined;
    const validTo = Date.parse(certificate.valid_to);
    if (!socket.authorized) return { result: refusal(String(socket.authorizationError)), validTo };
    const presented = [
      ...[certificate.subject.CN ?? []].flat().map((name) => `CN:${name}`),
      ...alternativeNames(certificate.subjectaltname ?? ''),
    ];
    const known = presented.filter((name) => this.#scopes.has(name));
    const [first] = known;
    if (first === undefined) {
      const names = presented.join(', ') || 'it has none';
      return {
        result: oauthError('insufficient_scope', `No name of the client certificate has a scope (${names}).`),
        validTo,
      };
    }
    const scopes = new Set(known.flatMap((name) => this.#scopes.get(name) ?? []));
    return { result: { keyId: `certificate:${first}`, scopes }, validTo };
  }
}

/** Node.js writes a name with a comma, a quote or a control character as a JSON string. */
const alternativeName = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/gy;

/** The names of a text such as `DNS:a.example, URI:spiffe://b`; none if it cannot be read to its end. */
const alternativeNames = (text: string): readonly string[] => {
  const matches = [...text.matchAll(alternativeName)];
  if (matches.reduce((length, [entry]) => length + entry.length, 0) !== text.length) return [];
  return matches.flatMap(([, type, value = '']) => {
    // A quoted name has characters that no setting can contain.
    if (value.startsWith('"')) return [];
    // RFC 4343: DNS names are compared without case.
    if (type === 'DNS') return [`DNS:${value.toLowerCase()}`];
    return type === 'URI' ? [`URI:${value}`] : [];
  });
};
