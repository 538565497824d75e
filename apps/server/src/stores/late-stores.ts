// Stores for a provider that is made before the databases are open. The server listens and reports that it is not ready
// until every database that it needs can be used.
import { commandsOf, mapPorts, type PortName, portNames, type Stores, StoreUnavailable } from '@claviger/core';

type Commands = Record<string, unknown>;

const notYet = async (): Promise<never> => {
  throw new StoreUnavailable('server', new Error('The stores are not open yet.'));
};

export class LateStores {
  /** One plain object for each port. Every command rejects with StoreUnavailable until the stores are open. */
  readonly #ports = mapPorts<Readonly<Record<PortName, Commands>>>((port) =>
    Object.fromEntries(commandsOf(port).map((command) => [command, notYet])),
  );

  get stores(): Stores {
    return this.#ports as unknown as Stores;
  }

  /** From now on `stores` has the commands of these stores. */
  open(opened: Stores): void {
    for (const port of portNames) {
      for (const command of commandsOf(port)) {
        // Typed as a function of no parameters, because the union of all commands is not callable.
        const run: () => unknown = opened[port][command];
        this.#ports[port][command] = run.bind(opened[port]);
      }
    }
  }
}
