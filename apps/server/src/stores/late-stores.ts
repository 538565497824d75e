// Stores for a provider that is made before they are open: the server listens, and says that it is not ready, while a
// database that it needs is still away.
import { type Stores, StoreUnavailable } from '@claviger/core';

export class LateStores {
  readonly stores: Stores = {
    clients: standIn(() => this.#opened?.clients),
    consents: standIn(() => this.#opened?.consents),
    flows: standIn(() => this.#opened?.flows),
    keys: standIn(() => this.#opened?.keys),
    leases: standIn(() => this.#opened?.leases),
    loginSessions: standIn(() => this.#opened?.loginSessions),
    tokens: standIn(() => this.#opened?.tokens),
  };
  #opened: Stores | undefined;

  /** From now on `stores` are these. */
  open(stores: Stores): void {
    this.#opened = stores;
  }
}

/**
 * Passes every command on to the port, bound once: every request asks for some. Before there is one, they reject with
 * StoreUnavailable.
 */
const standIn = <Port extends object>(opened: () => Port | undefined): Port => {
  const known = new Map<string | symbol, unknown>();
  const find = (member: string | symbol): unknown => {
    const port = opened();
    if (port === undefined) return notYet;
    const found: unknown = Reflect.get(port, member);
    const command: unknown = typeof found === 'function' ? found.bind(port) : found;
    known.set(member, command);
    return command;
  };
  return new Proxy<Port>(Object.create(null), { get: (_target, member) => known.get(member) ?? find(member) });
};

const notYet = async (): Promise<never> => {
  throw new StoreUnavailable('server', new Error('The stores are not open yet.'));
};
