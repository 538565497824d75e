// A real provider over memory stores, with a clock that only moves when told to.
import {
  createProvider,
  epochSeconds,
  type Provider,
  type ProviderOptions,
  type Settings,
  type Stores,
} from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { nodeSystem } from '@claviger/core/node';

export const startOfTime = epochSeconds(1_800_000_000);

export interface GivenProvider {
  readonly provider: Provider;
  readonly stores: Stores;
  readonly failures: unknown[];
  /** Moves the clock forward. */
  wait(seconds: number): void;
}

export const givenAProvider = (
  settings: Partial<Settings> = {},
  change: Partial<ProviderOptions> = {},
): GivenProvider => {
  let now: number = startOfTime;
  const stores = change.stores ?? memoryStores();
  const failures: unknown[] = [];
  const provider = createProvider({
    issuer: 'http://127.0.0.1:4444/',
    stores,
    ui: {
      loginUrl: 'http://ui.example/login?theme=dark',
      consentUrl: 'http://ui.example/consent',
      errorUrl: null,
      logoutRedirectUrl: 'http://ui.example/bye',
    },
    system: nodeSystem({ systemSecret: 'a system secret for tests', clock: { now: () => epochSeconds(now) } }),
    settings,
    reportFailure: (cause) => failures.push(cause),
    ...change,
  });
  return { provider, stores, failures, wait: (seconds) => (now += seconds) };
};
