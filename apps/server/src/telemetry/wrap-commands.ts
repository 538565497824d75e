// Puts a measurement or a span around every command of the stores. It happens once, when the stores are opened, so stores
// without it cost nothing.
import { commandsOf, mapPorts, type PortName, type Stores } from '@claviger/core';

export type Command = (...parameters: readonly unknown[]) => Promise<unknown>;

export type WrapCommand = (port: PortName, name: string, command: Command) => Command;

export const wrapCommands = (stores: Stores, wrap: WrapCommand): Stores =>
  mapPorts<Stores>(<Port extends PortName>(port: Port): Stores[Port] => {
    const store = stores[port];
    const wrapped = commandsOf(port).map((name) => {
      // The union of all commands is not callable.
      const command = store[name] as unknown as Command;
      return [name, wrap(port, String(name), command.bind(store))] as const;
    });
    return Object.fromEntries(wrapped) as unknown as Stores[Port];
  });
