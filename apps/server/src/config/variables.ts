// Every setting of the server, collected from the files of `settings/`, one for each topic. The parser, docs/settings.md and the
// hint after a misspelt name come from here.
import { defaultSettings } from '@claviger/core';
import { audit } from './settings/audit.ts';
import { dangerous } from './settings/dangerous.ts';
import type { Name, Variable } from './settings/declare.ts';
import { listeners } from './settings/listeners.ts';
import { pages } from './settings/pages.ts';
import { process } from './settings/process.ts';
import { clients, discovery, loginAndConsent, requests, tokens } from './settings/protocol.ts';
import { rateLimits } from './settings/rate-limits.ts';
import { stores } from './settings/stores.ts';
import { telemetry } from './settings/telemetry.ts';

/** The settings by topic, in the order of docs/settings.md. */
export const topics: Readonly<Record<string, Readonly<Record<string, Variable<unknown>>>>> = {
  'Issuer and listeners': listeners,
  Stores: stores,
  'Processes, secrets and logs': process,
  Metrics: telemetry,
  'Audit log': audit,
  'Login and consent': { ...pages, ...loginAndConsent },
  'Tokens and keys': tokens,
  Requests: requests,
  Discovery: discovery,
  Clients: clients,
  'Rate limits': rateLimits,
  'Dangerous settings': dangerous,
};

export const variables = {
  ...listeners,
  ...stores,
  ...process,
  ...audit,
  ...telemetry,
  ...pages,
  ...loginAndConsent,
  ...tokens,
  ...requests,
  ...discovery,
  ...clients,
  ...rateLimits,
  ...dangerous,
} as const;

/** Settings whose name has changed, by the former name. The former name still works, with a warning. */
export const formerNames: ReadonlyMap<string, Name> = new Map([['CLAVIGER_STORE_CLAIMS', variables.leasesDsn.name]]);

type Variables = typeof variables;

/** The value of every setting, by the keys of `variables`. */
export type ParsedValues = {
  readonly [Key in keyof Variables]: Variables[Key] extends Variable<infer Value> ? Value : never;
};

/** The same, with the issuer that is used when none is set. */
export type Values = Omit<ParsedValues, 'issuer'> & { readonly issuer: string };

/** Text about settings of core with the variables' names. The names stand alone, or in braces in documentation. */
export const withVariableNames = (text: string): string =>
  text.replaceAll(/\{(\w+)\}|\b\w+\b/g, (found, inBraces?: string) => {
    const option = inBraces ?? found;
    return Object.hasOwn(defaultSettings, option) && Object.hasOwn(variables, option)
      ? variables[option as keyof Variables].name
      : found;
  });

/** Names the configuration file; the only variable that the file itself cannot hold. */
export const fileVariable = 'CLAVIGER_CONFIG';

/** Variables of the command line. The server ignores them, so that they can be set in the same environment. */
export const commandLineVariables: readonly string[] = [
  'CLAVIGER_ADMIN_URL',
  'CLAVIGER_CLIENT_ID',
  'CLAVIGER_CLIENT_SECRET',
];

/** The setting's name in a configuration file: `CLAVIGER_PUBLIC_PORT` is `public_port`. */
export const fileKey = (name: string): string => name.slice('CLAVIGER_'.length).toLowerCase();
