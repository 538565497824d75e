// Settings that give up a protection. Each logs a warning at start.
import { trueOrFalse } from '../parse.ts';
import { fromCore, preset } from './declare.ts';

export const dangerous = {
  forceHttp: preset(
    'CLAVIGER_DANGEROUS_FORCE_HTTP',
    'false',
    trueOrFalse,
    'Allow a plain http issuer on a host other than loopback. Tokens and cookies are sent unencrypted.',
  ),
  openAdmin: preset(
    'CLAVIGER_DANGEROUS_OPEN_ADMIN',
    'false',
    trueOrFalse,
    'Allow the admin listener on addresses other than loopback without [keys](admin-keys.md). Anyone who can reach it has full control of the server. No effect where keys are required.',
  ),
  redisEviction: preset(
    'CLAVIGER_DANGEROUS_REDIS_EVICTION',
    'false',
    trueOrFalse,
    'Allow a Redis that evicts keys when its memory is full: it can lose valid tokens, sessions and the marks of used codes.',
  ),
  ...fromCore({ showSigningKeys: 'CLAVIGER_DANGEROUS_SHOW_SIGNING_KEYS' }),
  builtInPages: preset(
    'CLAVIGER_DANGEROUS_BUILT_IN_PAGES',
    'false',
    trueOrFalse,
    'Serve the built-in login and consent pages, which let anyone in, with any issuer and to other machines. For test hosts only.',
  ),
  unguardedDocuments: preset(
    'CLAVIGER_DANGEROUS_UNGUARDED_DOCUMENTS',
    'false',
    trueOrFalse,
    'Fetch documents of clients (`jwks_uri`, `sector_identifier_uri`, …) from internal addresses, over plain http and with any certificate. For test hosts only: clients can make the server send requests to machines that only it can reach.',
  ),
};
