// Runs the contract as tap tests, each with its own keys, optionally alternating between several nodes.
import type { Stores } from '@claviger/core';
import type { DeclareTest } from '@claviger/core/contract';
import type { Test } from 'tap';

export const within =
  (t: Test): DeclareTest =>
  (name, run) =>
    t.test(name, async (t) => {
      await run();
      t.pass('holds');
    });

export const freshPrefixes = (prefix: string): (() => string) => {
  let cases = 0;
  return () => {
    cases += 1;
    return `${prefix}${cases}:`;
  };
};

/** Stores that send every call to the next node. */
export const byTurns = (nodes: readonly Stores[]): Stores => {
  let calls = 0;
  const portOf = <Port extends keyof Stores>(port: Port): Stores[Port] => {
    const stores = nodes.map((node) => node[port]);
    const [first] = stores;
    if (!first) throw new Error('There are no nodes.');
    return new Proxy(first, {
      get: (_, method) => {
        calls += 1;
        const store = stores[calls % stores.length] ?? first;
        const called: unknown = Reflect.get(store, method);
        return typeof called === 'function' ? called.bind(store) : called;
      },
    });
  };
  return {
    adminKeys: portOf('adminKeys'),
    clients: portOf('clients'),
    consents: portOf('consents'),
    flows: portOf('flows'),
    keys: portOf('keys'),
    leases: portOf('leases'),
    loginSessions: portOf('loginSessions'),
    tokens: portOf('tokens'),
  };
};
