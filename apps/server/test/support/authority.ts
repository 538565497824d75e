// Certificates of a CA that a test makes with openssl.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Options {
  /** As openssl writes them: `DNS:localhost,IP:127.0.0.1`. */
  readonly names?: string;
  readonly usage?: 'clientAuth' | 'serverAuth';
  /** -1: it expired yesterday. */
  readonly days?: number;
}

/** Paths of PEM files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** A certificate for the common name. */
  sign(name: string, options?: Options): Certificate;
}

let serial = 0;

const openssl = (...command: readonly string[]): void => {
  execFileSync('openssl', command, { stdio: 'ignore' });
};

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

const signerOf = (folder: string, issuer: Omit<Certificate, 'sign'>): Certificate => ({
  ...issuer,
  sign(name, { names, usage = 'clientAuth', days = 2 } = {}) {
    serial += 1;
    const file = (suffix: string): string => join(folder, `${serial}-server.${suffix}`);
    const [cert, key, request, extensions] = [file('crt'), file('key'), file('csr'), file('ext')];
    // Commas in names are escaped for openssl's configuration by a section.
    const alternative = (names ?? '').split(/(?<!\\),/).map((entry, index) => {
      const [type = '', ...value] = entry.split(':');
      return `${type}.${index} = ${value.join(':').replaceAll('\\,', ',')}`;
    });
    const lines = ['basicConstraints = critical,CA:FALSE', `extendedKeyUsage = ${usage}`];
    writeFileSync(
      extensions,
      [...lines, ...(names ? ['subjectAltName = @names', '[names]', ...alternative] : [])].join('\n'),
    );
    openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', key, '-out', request);
    const by = ['-CA', issuer.cert, '-CAkey', issuer.key, '-set_serial', String(serial)];
    openssl('x509', '-req', '-in', request, ...by, '-days', String(days), '-extfile', extensions, '-out', cert);
    return signerOf(folder, { cert, key });
  },
});

/** A root certificate that signs others. */
export const makeAuthority = (folder: string, name: string): Certificate => {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  openssl('req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${name}`, '-keyout', key, '-out', cert);
  return signerOf(folder, { cert, key });
};
