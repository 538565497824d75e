// Renewed certificates reach a running server: it reads the files again every few seconds. Polling also notices files that are
// replaced through a symbolic link (Kubernetes, certbot) or are on a network file system, where watching fails.
import { Server as TlsServer } from 'node:https';
import { handshakeTimeout, secureContextOptions, type TlsCertificate } from '@claviger/http';
import type { FastifyInstance } from 'fastify';
import { checkCertificate, readCertificate, type TlsFiles } from './config/tls-files.ts';

/** Milliseconds. */
const interval = 5000;

export interface CertificateParts {
  readonly files: TlsFiles;
  /** The certificate that the listener starts with. New connections get the new certificate. Open ones keep theirs. */
  readonly first: TlsCertificate;
  /** For changed CAs of client certificates. */
  readonly distrustConnections: () => void;
}

export const reloadCertificate = (
  app: FastifyInstance,
  { files, first, distrustConnections }: CertificateParts,
): void => {
  const { server } = app;
  if (!(server instanceof TlsServer)) throw new TypeError('A listener without TLS has no certificate.');
  let current = first;
  let lastProblem: string | undefined;

  const look = (): void => {
    try {
      const next = readCertificate(files);
      const casChanged = next.clientCa !== current.clientCa;
      if (next.cert !== current.cert || next.key !== current.key || casChanged) {
        const validTo = checkCertificate(next, files);
        server.setSecureContext(secureContextOptions(next));
        current = next;
        if (casChanged) distrust();
        app.log.info({ file: files.certFile, validTo }, 'TLS certificate reloaded');
      }
      lastProblem = undefined;
    } catch (error) {
      // This also happens when only one of the files has been written. The next check finds both.
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== lastProblem) app.log.error({ reason }, 'TLS certificate cannot be reloaded');
      lastProblem = reason;
    }
  };

  let later: NodeJS.Timeout | undefined;
  const distrust = (): void => {
    const now = (): void => {
      distrustConnections();
      server.closeIdleConnections();
    };
    now();
    // Handshakes under way still use the old CAs. None of them is left then.
    clearTimeout(later);
    later = setTimeout(now, handshakeTimeout + 1000).unref();
  };

  let timer: NodeJS.Timeout | undefined;
  app.addHook('onListen', (done) => {
    timer = setInterval(look, interval).unref();
    done();
  });
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer);
    clearTimeout(later);
    done();
  });
};
