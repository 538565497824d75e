// The files of a listener's certificate, and what can be wrong with them.
import cluster from 'node:cluster';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TlsCertificate } from '@claviger/http';
import type { Values } from './variables.ts';

/** Paths of PEM files. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** CAs of client certificates. null: clients are not asked for one. */
  readonly clientCaFile: string | null;
}

type Listener = 'PUBLIC' | 'ADMIN';

const certFileOf = (listener: Listener, { publicTlsCertFile, adminTlsCertFile }: Values): string | null =>
  listener === 'PUBLIC' ? publicTlsCertFile : adminTlsCertFile;

const keyFileOf = (listener: Listener, { publicTlsKeyFile, adminTlsKeyFile }: Values): string | null =>
  listener === 'PUBLIC' ? publicTlsKeyFile : adminTlsKeyFile;

/** null: the listener speaks plain http. */
export const tlsFilesOf = (listener: Listener, values: Values): TlsFiles | null => {
  const certFile = certFileOf(listener, values);
  const keyFile = keyFileOf(listener, values);
  const clientCaFile = listener === 'ADMIN' ? values.adminMtlsCaFile : null;
  return certFile === null || keyFile === null ? null : { certFile, keyFile, clientCaFile };
};

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read (${codeOf(error)}).`, { cause: error });
  }
};

/** Throws an Error whose message names the file. The content is not checked. */
export const readCertificate = ({ certFile, keyFile, clientCaFile }: TlsFiles): TlsCertificate => ({
  cert: textOf(certFile),
  key: textOf(keyFile),
  clientCa: clientCaFile === null ? null : textOf(clientCaFile),
});

/** Throws an Error whose message names the file that cannot be used. */
export const loadCertificate = (files: TlsFiles): TlsCertificate => {
  const certificate = readCertificate(files);
  checkCertificate(certificate, files);
  return certificate;
};

/** Until when the certificate is valid (RFC 3339). Throws an Error whose message names the file that cannot be used. */
export const checkCertificate = (
  certificate: TlsCertificate,
  { certFile, keyFile, clientCaFile }: TlsFiles,
): string => {
  const { cert, key, clientCa } = certificate;
  const parsed = parse(certFile, 'a PEM file with a certificate', () => new X509Certificate(cert));
  const privateKey = parse(keyFile, 'a PEM file with a private key without a passphrase', () => createPrivateKey(key));
  if (!parsed.checkPrivateKey(privateKey)) {
    throw new Error(`${keyFile} is not the key of the first certificate in ${certFile}.`);
  }
  if (clientCa !== null) checkCas(clientCa, String(clientCaFile));
  return new Date(parsed.validTo).toISOString();
};

/** OpenSSL would ignore what it cannot read, and a text without certificates too. */
const checkCas = (text: string, file: string): void => {
  const what = 'a PEM file with the certificates of the CAs that sign client certificates';
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new Error(`${file} must be ${what}.`);
  for (const block of blocks) parse(file, what, () => new X509Certificate(block));
};

/** OpenSSL's own messages say little; they stay in the cause. */
const parse = <T>(file: string, what: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw new Error(`${file} must be ${what}.`, { cause: error });
  }
};

/** One sentence for each listener whose files are incomplete or cannot be used. */
export const tlsProblems = (values: Values): readonly string[] =>
  (['PUBLIC', 'ADMIN'] as const).flatMap((listener) => {
    const names = { cert: `CLAVIGER_${listener}_TLS_CERT_FILE`, key: `CLAVIGER_${listener}_TLS_KEY_FILE` };
    const files = tlsFilesOf(listener, values);
    if (files === null) {
      const certFile = certFileOf(listener, values);
      if (certFile === keyFileOf(listener, values)) return [];
      const [given, missing] = certFile === null ? [names.key, names.cert] : [names.cert, names.key];
      return [`${missing} must be set too, because ${given} is set. Set both or neither.`];
    }
    const host = listener === 'PUBLIC' ? values.publicHost : values.adminHost;
    if (host === 'localhost') {
      return [`CLAVIGER_${listener}_HOST must be an IP address if ${names.cert} is set, for example 127.0.0.1.`];
    }
    // A worker may start while the files are being replaced. Exit code 2 would end the server; with an error that is thrown
    // later, the worker is started again.
    if (cluster.isWorker) return [];
    try {
      loadCertificate(files);
      return [];
    } catch (error) {
      const concerned = [
        names.cert,
        names.key,
        ...(files.clientCaFile === null ? [] : ['CLAVIGER_ADMIN_MTLS_CA_FILE']),
      ];
      return [`${concerned.join(', ')}: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
