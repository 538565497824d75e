// The contract of every port, as data: the cases that every store must pass. They need no test runner. Exported as
// `@claviger/core/contract`.
import { type PortName, portNames, type Stores } from '../ports/stores.ts';
import { adminKeyStoreContract } from './admin-key-store.contract.ts';
import { type Case, type Cleaning, type DeclareTest, type Opened, runContract } from './case.ts';
import { clientStoreContract } from './client-store.contract.ts';
import { consentStoreContract } from './consent-store.contract.ts';
import { flowStoreContract } from './flow-store.contract.ts';
import { keyStoreContract } from './key-store.contract.ts';
import { leaseStoreContract } from './lease-store.contract.ts';
import { loginSessionStoreContract } from './login-session-store.contract.ts';
import { tokenStoreContract } from './token-store.contract.ts';

export { auditStoreContract } from './audit-store.contract.ts';
export { type Case, type Cleaning, type DeclareTest, type Opened, runContract } from './case.ts';
export * as fixtures from './fixtures.ts';

/** The cases of each port. */
export type Contracts = { readonly [Port in PortName]: readonly Case<Stores[Port]>[] };

export const contracts: Contracts = {
  adminKeys: adminKeyStoreContract,
  clients: clientStoreContract,
  consents: consentStoreContract,
  flows: flowStoreContract,
  keys: keyStoreContract,
  leases: leaseStoreContract,
  loginSessions: loginSessionStoreContract,
  tokens: tokenStoreContract,
};

/**
 * Runs the contracts of all ports, for an adapter that has every port. `openStores` returns empty stores at every call.
 */
export const runContracts = async (
  test: DeclareTest,
  openStores: () => Promise<Opened<Stores>>,
  cleaning: Cleaning = 'on-request',
): Promise<void> => {
  const runPort = <Port extends PortName>(port: Port): Promise<void> => {
    const openStore = async (): Promise<Opened<Stores[Port]>> => {
      const { store: stores, close } = await openStores();
      return { store: stores[port], close };
    };
    return runContract((name, run) => test(`${port}: ${name}`, run), openStore, contracts[port], cleaning);
  };
  for (const port of portNames) await runPort(port);
};
