// Selects the settings of core from the values of all settings.
import { defaultSettings, type Settings } from '@claviger/core';
import type { Values } from './variables.ts';

const perAddress = ({ maxPendingFlowsPerAddress, maxPendingFlowsPerNode, trustedProxies }: Values): number =>
  maxPendingFlowsPerAddress ?? (trustedProxies.length > 0 ? maxPendingFlowsPerNode / 10 : 0);

/** `workers`: how many processes serve. `builtInPages`: they make up the claims, as OpenID Connect specifies. */
export const settingsOf = (values: Values, workers: number, builtInPages: boolean): Settings => {
  // The type checks that each setting of core has a variable.
  const all: Settings = {
    ...values,
    maxPendingFlowsPerProcess: Math.ceil(values.maxPendingFlowsPerNode / workers),
    maxPendingFlowsPerNetwork: Math.ceil(perAddress(values) / workers),
    standardClaims: values.standardClaims ?? (builtInPages ? 'userinfo' : 'both'),
  };
  const names = Object.keys(defaultSettings) as (keyof Settings)[];
  return Object.fromEntries(names.map((name) => [name, all[name]])) as unknown as Settings;
};
