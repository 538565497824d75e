// Warnings about settings that work, but that the operator should know about.
import { isLoopbackHost } from '@claviger/core';
import { isAdminGuarded } from './admin-guard.ts';
import { issuerMismatch } from './issuer.ts';
import type { Pages } from './pages.ts';
import type { Values } from './variables.ts';
import { weakSecretWarnings } from './weak-secrets-in-use.ts';

const openRegistration = ({ registrationRate }: Values): string => {
  const fact = 'Anyone can register clients (CLAVIGER_DYNAMIC_CLIENT_REGISTRATION=open).';
  return registrationRate === null
    ? `${fact} Limit the registrations from each address with CLAVIGER_RATE_LIMIT_REGISTRATION, for example 10/1h.`
    : fact;
};

export const warningsOf = (values: Values, pages: Pages): readonly string[] => {
  const warnings: string[] = [];
  const mismatch = issuerMismatch(values);
  if (mismatch !== undefined) warnings.push(mismatch);
  if (pages.builtIn)
    warnings.push('The built-in login page lets anyone log in as any user. Use it for development only.');
  if (pages.anywhere)
    warnings.push('CLAVIGER_DANGEROUS_BUILT_IN_PAGES: anyone who can reach the server can log in as any user.');
  if (!pages.builtIn && values.loginUrl === null) {
    warnings.push('Users cannot log in: CLAVIGER_LOGIN_URL and CLAVIGER_CONSENT_URL are not set.');
  }
  if (values.forceHttp) warnings.push('CLAVIGER_DANGEROUS_FORCE_HTTP: tokens and cookies may be sent unencrypted.');
  if (values.showSigningKeys) {
    warnings.push(
      'CLAVIGER_DANGEROUS_SHOW_SIGNING_KEYS: anyone who can reach the admin listener can sign tokens as this server.',
    );
  }
  if (values.unguardedDocuments) {
    warnings.push(
      'CLAVIGER_DANGEROUS_UNGUARDED_DOCUMENTS: clients can make the server send requests to internal machines.',
    );
  }
  if (values.redisEviction) warnings.push('CLAVIGER_DANGEROUS_REDIS_EVICTION: Redis may evict valid tokens.');
  if (values.clientRegistration === 'open') warnings.push(openRegistration(values));
  if (!isLoopbackHost(values.adminHost) && values.adminAllowedHosts.length === 0) {
    warnings.push(
      'The admin endpoints accept only loopback names and IP addresses as host. To use other host names, list them in CLAVIGER_ADMIN_ALLOWED_HOSTS.',
    );
  }
  if (values.openAdmin && !isAdminGuarded(values))
    warnings.push(
      'CLAVIGER_DANGEROUS_OPEN_ADMIN: anyone who can reach the admin listener has full control of the server.',
    );
  return [...warnings, ...weakSecretWarnings(values)];
};
