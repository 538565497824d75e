// Stores for a provider that is made before the databases are open. The server listens and reports that it is not ready
// until every database that it needs can be used.
import { mapPorts, type PortName, type Stores, StoreUnavailable } from '@claviger/core';

export class LateStores {
  readonly stores = mapPorts<Stores>(<Port extends PortName>(port: Port) =>
    standIn<Stores[Port]>(() => this.#opened?.[port]),
  );
  #opened: Stores | undefined;

  /** From now on `stores` passes commands on to these stores. */
  open(stores: Stores): void {
    this.#opened = stores;
  }
}

/**
 * Passes every command on to the port. Commands are bound once, because every request uses some. Until there is a port, every
 * command rejects with StoreUnavailable.
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
