// Stores for a provider that is made before they are open: the server listens, and says that it is not ready, while a
// database that it needs is still away.
import { type Stores, StoreUnavailable } from '@claviger/core';

export class LateStores {
  readonly stores: Stores = {
    claims: standIn(() => this.#opened?.claims),
    clients: standIn(() => this.#opened?.clients),
    consents: standIn(() => this.#opened?.consents),
    flows: standIn(() => this.#opened?.flows),
    keys: standIn(() => this.#opened?.keys),
    loginSessions: standIn(() => this.#opened?.loginSessions),
    tokens: standIn(() => this.#opened?.tokens),
  };
  #opened: Stores | undefined;

  /** From now on `stores` are these. */
  open(stores: Stores): void {
    this.#opened = stores;
  }
}

/** Passes every command on to the port. Before there is one, they reject with StoreUnavailable. */
const standIn = <Port extends object>(opened: () => Port | undefined): Port =>
  new Proxy<Port>(Object.create(null), {
    get: (_target, member) => {
      const port = opened();
      if (port === undefined) return notYet;
      const command: unknown = Reflect.get(port, member);
      return typeof command === 'function' ? command.bind(port) : command;
    },
  });

const notYet = async (): Promise<never> => {
  throw new StoreUnavailable('server', new Error('The stores are not open yet.'));
};
