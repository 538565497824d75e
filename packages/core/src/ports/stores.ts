import type { AdminKeyStore } from './admin-key-store.ts';
import type { ClientStore } from './client-store.ts';
import type { ConsentStore } from './consent-store.ts';
import type { FlowStore } from './flow-store.ts';
import type { KeyStore } from './key-store.ts';
import type { LeaseStore } from './lease-store.ts';
import type { LoginSessionStore } from './login-session-store.ts';
import type { TokenStore } from './token-store.ts';

/** Every port that stores data. All are required. Each may use a different database. */
export interface Stores {
  readonly adminKeys: AdminKeyStore;
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

/** The commands of a port. */
export type PortCommands<Port extends PortName> = readonly (keyof Stores[Port])[];

/** A record, so that the compiler requires the list to be complete. */
const commands: { readonly [Port in PortName]: Readonly<Record<keyof Stores[Port], true>> } = {
  adminKeys: { create: true, find: true, list: true, remove: true },
  clients: { create: true, find: true, list: true, replace: true, remove: true, removeUnchanged: true },
  consents: { remember: true, findFor: true, list: true, forget: true, removeExpired: true },
  flows: { create: true, find: true, replace: true, noteWaiting: true, removeAll: true, removeExpired: true },
  keys: {
    createSet: true,
    add: true,
    put: true,
    list: true,
    find: true,
    listAll: true,
    replaceSealed: true,
    removeSet: true,
    remove: true,
  },
  leases: { acquire: true, removeExpired: true },
  loginSessions: { save: true, find: true, remove: true, removeBySubject: true, removeExpired: true },
  tokens: {
    createGrant: true,
    findCode: true,
    redeemCode: true,
    saveClientToken: true,
    findToken: true,
    rotateRefreshToken: true,
    removeToken: true,
    revokeGrant: true,
    revokeGrants: true,
    removeExpired: true,
  },
};

/** The names of all ports. */
export const portNames = Object.keys(commands) as readonly PortName[];

/** The names of a port's commands. */
export const commandsOf = <Port extends PortName>(port: Port): PortCommands<Port> =>
  Object.keys(commands[port]) as unknown as PortCommands<Port>;

/** Makes one value for each port. `Values` has a member for every port, as Stores has. */
export const mapPorts = <Values extends Readonly<Record<PortName, unknown>>>(
  make: <Port extends PortName>(port: Port) => Values[Port],
): Values => Object.fromEntries(portNames.map((port) => [port, make(port)])) as Values;
