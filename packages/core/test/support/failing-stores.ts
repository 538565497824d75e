// Memory stores with one failing write. These are the only doubles of our own code: a fault cannot be caused otherwise.
import { type Stores, StoreUnavailable } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';

/** `before`: the store never received the write. `after`: the write took effect, and its answer is lost. */
export type Moment = 'before' | 'after';

export interface FailingStores {
  readonly stores: Stores;
  /** Makes the write with this number, counted from 1 and from now on, fail once at that moment. */
  arm(nth: number, moment: Moment): void;
  /** Whether the fault has happened since. Nothing fails afterwards. */
  disarm(): boolean;
}

const isRead = (command: string): boolean => /^(find|list)/.test(command);

export const failingStores = (): FailingStores => {
  let plan: { readonly moment: Moment; left: number } | null = null;

  const write = async (run: () => unknown): Promise<unknown> => {
    if (plan) plan.left -= 1;
    const failing = plan?.left === 0 ? plan.moment : null;
    if (failing !== 'before') {
      const result = await run();
      if (failing === null) return result;
    }
    throw new StoreUnavailable('test', new Error(`${failing} the write`));
  };

  const around = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, member) {
        const command: unknown = Reflect.get(target, member);
        if (typeof command !== 'function' || isRead(String(member))) {
          return typeof command === 'function' ? command.bind(target) : command;
        }
        return (...parameters: readonly unknown[]) => write(() => Reflect.apply(command, target, parameters));
      },
    });

  const { adminKeys, clients, consents, flows, keys, leases, loginSessions, tokens } = memoryStores();
  return {
    stores: {
      adminKeys: around(adminKeys),
      clients: around(clients),
      consents: around(consents),
      flows: around(flows),
      keys: around(keys),
      leases: around(leases),
      loginSessions: around(loginSessions),
      tokens: around(tokens),
    },
    arm(nth, moment) {
      plan = { left: nth, moment };
    },
    disarm() {
      const fired = plan !== null && plan.left <= 0;
      plan = null;
      return fired;
    },
  };
};
