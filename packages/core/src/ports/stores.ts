import type { ClientStore } from './client-store.ts';
import type { ConsentStore } from './consent-store.ts';
import type { FlowStore } from './flow-store.ts';
import type { KeyStore } from './key-store.ts';
import type { LeaseStore } from './lease-store.ts';
import type { LoginSessionStore } from './login-session-store.ts';
import type { TokenStore } from './token-store.ts';

/** Every port that stores data. All are required. Each may use a different database. */
export interface Stores {
  readonly clients: ClientStore;
  readonly consents: ConsentStore;
  readonly flows: FlowStore;
  readonly keys: KeyStore;
  readonly leases: LeaseStore;
  readonly loginSessions: LoginSessionStore;
  readonly tokens: TokenStore;
}

/** A port of Stores, by name. */
export type PortName = keyof Stores;

const listed: Readonly<Record<PortName, true>> = {
  clients: true,
  consents: true,
  flows: true,
  keys: true,
  leases: true,
  loginSessions: true,
  tokens: true,
};

/** The names of all ports. The compiler requires the list to be complete. */
export const portNames = Object.keys(listed) as readonly PortName[];

/** Makes one value for each port. `Values` has a member for every port, as Stores has. */
export const mapPorts = <Values extends Readonly<Record<PortName, unknown>>>(
  make: <Port extends PortName>(port: Port) => Values[Port],
): Values => Object.fromEntries(portNames.map((port) => [port, make(port)])) as Values;
