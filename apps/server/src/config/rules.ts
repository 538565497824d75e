// Rules between several settings.
import { isLoopbackHost, isLoopbackUrl, settingsProblems } from '@claviger/core';
import { isAdminGuarded } from './admin-guard.ts';
import { adminMtlsProblems } from './admin-mtls.ts';
import { adminSocketProblems } from './admin-socket.ts';
import { inMemory } from './dsn.ts';
import { settingsOf } from './settings-of.ts';
import { dsnsOf, isSqlite } from './stores-config.ts';
import { tlsProblems } from './tls-files.ts';
import { type Values, withVariableNames } from './variables.ts';
import { secretCommand } from './weak-secret.ts';
import { weakSecretProblems } from './weak-secrets-in-use.ts';

/** A loopback issuer with every store on SQLite: the server may generate its system secret. */
export const isDevelopment = (values: Values): boolean =>
  isLoopbackUrl(values.issuer) && Object.values(dsnsOf(values)).every(isSqlite);

/** One sentence for each conflict between settings that are valid one by one. The conflicts of core's settings come from core. */
export const brokenRules = (values: Values): readonly string[] => {
  const { issuer, forceHttp, adminHost, openAdmin, loginUrl, consentUrl, systemSecrets } = values;
  const problems: string[] = [];
  if (new URL(issuer).protocol === 'http:' && !isLoopbackUrl(issuer) && !forceHttp) {
    problems.push(
      'CLAVIGER_ISSUER must be https, because its host is not a loopback address. To allow http anyway, set CLAVIGER_DANGEROUS_FORCE_HTTP=true.',
    );
  }
  const usesTcp = values.adminSocket === null;
  if (usesTcp && !isLoopbackHost(adminHost) && !isAdminGuarded(values) && !openAdmin) {
    problems.push(
      `CLAVIGER_ADMIN_HOST must be a loopback address, because the admin API requires no key. To use another address, set CLAVIGER_ADMIN_KEY (\`${secretCommand}\` generates one), CLAVIGER_ADMIN_MTLS_CA_FILE for client certificates, or CLAVIGER_ADMIN_REQUIRE_KEY=true if your keys are in the store already.`,
    );
  }
  if ((loginUrl === null) !== (consentUrl === null)) {
    const [set, missing] = loginUrl === null ? ['CONSENT', 'LOGIN'] : ['LOGIN', 'CONSENT'];
    problems.push(`CLAVIGER_${missing}_URL must be set too, because CLAVIGER_${set}_URL is set. Set both or neither.`);
  }
  if (usesTcp && values.publicPort === values.adminPort && values.publicHost === adminHost) {
    problems.push('CLAVIGER_PUBLIC_PORT and CLAVIGER_ADMIN_PORT must differ.');
  }
  if (systemSecrets === null && !isDevelopment(values)) {
    problems.push(
      'CLAVIGER_SYSTEM_SECRET must be set, with at least 16 bytes. The server generates one only with a loopback issuer and SQLite.',
    );
  }
  problems.push(...tlsProblems(values), ...adminMtlsProblems(values), ...adminSocketProblems(values));
  problems.push(...weakSecretProblems(values));
  problems.push(...settingsProblems(settingsOf(values, 1, false)).map(withVariableNames));
  const dsns = Object.values(dsnsOf(values));
  if ((values.workers ?? 1) > 1 && dsns.some((dsn) => dsn.kind === 'sqlite' && dsn.file === inMemory)) {
    problems.push('CLAVIGER_WORKERS must be 1 with sqlite::memory:, because processes do not share their memory.');
  }
  return problems;
};
