// Client certificates of the admin API: the scopes of their names, and settings that do not fit together.
import type { AdminScope } from '@claviger/core';
import type { CertificateScopes } from '@claviger/http';
import type { Values } from './variables.ts';

/** A name that is listed twice has the scopes of both entries. */
export const certificateScopesOf = ({ adminMtlsCallers }: Values): CertificateScopes => {
  const scopes = new Map<string, readonly AdminScope[]>();
  for (const { name, scopes: more } of adminMtlsCallers) scopes.set(name, [...(scopes.get(name) ?? []), ...more]);
  return scopes;
};

/** One sentence for each setting that the others do not allow. */
export const adminMtlsProblems = ({
  adminMtlsCaFile,
  adminMtlsCallers,
  adminTlsCertFile,
}: Values): readonly string[] => {
  const problems: string[] = [];
  if (adminMtlsCaFile !== null && adminTlsCertFile === null) {
    problems.push(
      'CLAVIGER_ADMIN_TLS_CERT_FILE and CLAVIGER_ADMIN_TLS_KEY_FILE must be set too, because CLAVIGER_ADMIN_MTLS_CA_FILE is set. Client certificates need https.',
    );
  }
  if ((adminMtlsCaFile === null) !== (adminMtlsCallers.length === 0)) {
    const [set, missing] = adminMtlsCaFile === null ? ['CALLERS', 'CA_FILE'] : ['CA_FILE', 'CALLERS'];
    problems.push(`CLAVIGER_ADMIN_MTLS_${missing} must be set too, because CLAVIGER_ADMIN_MTLS_${set} is set.`);
  }
  return problems;
};
