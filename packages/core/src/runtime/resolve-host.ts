// Resolves host names without the thread pool of Node.js. `lookup` runs in that pool and cannot be cancelled, so a few
// names whose servers do not answer would occupy every thread for a minute.
import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

export type ResolveHost = (host: string, signal: AbortSignal) => Promise<readonly HostAddress[]>;

export interface ResolverOptions {
  /** Name servers, as `address:port`. Default: those of the machine. */
  readonly nameServers?: readonly string[];
  /** Default `/etc/hosts`. */
  readonly hostsFile?: string;
}

/** Milliseconds. */
const attemptTimeout = 1500;
/** How much longer to wait for one address family once the other has answered. */
const lookupTimeout = 300;
const hostsLifespan = 10_000;

const asAddress = (address: string): HostAddress => ({ address, family: isIP(address) === 6 ? 6 : 4 });

/** hosts(5): an address, then its names; `#` begins a comment. */
const parseHosts = (text: string): ReadonlyMap<string, readonly HostAddress[]> => {
  const found = new Map<string, HostAddress[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names.map((given) => given.toLowerCase())) {
      found.set(name, [...(found.get(name) ?? []), asAddress(address)]);
    }
  }
  return found;
};

/** The hosts file comes first, as with `lookup`; then DNS. Search domains of resolv.conf are not applied. */
export const makeResolveHost = ({ nameServers, hostsFile = '/etc/hosts' }: ResolverOptions = {}): ResolveHost => {
  let hosts: { readonly at: number; readonly names: ReturnType<typeof parseHosts> } | undefined;

  const inHostsFile = async (host: string): Promise<readonly HostAddress[] | undefined> => {
    const now = performance.now();
    if (!hosts || now - hosts.at > hostsLifespan) {
      hosts = { at: now, names: parseHosts(await readFile(hostsFile, 'utf8').catch(() => '')) };
    }
    return hosts.names.get(host);
  };

  const ask = async (host: string, signal: AbortSignal): Promise<readonly HostAddress[]> => {
    // One resolver per look-up, because cancelling ends all queries of a resolver.
    const resolver = new Resolver({ timeout: attemptTimeout, tries: 2 });
    if (nameServers) resolver.setServers(nameServers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel);
    try {
      const questions = [resolver.resolve4(host), resolver.resolve6(host)];
      const answers: string[][] = [];
      const settled = Promise.allSettled(questions.map(async (question) => answers.push(await question)));
      await Promise.any(questions);
      await Promise.race([settled, sleep(lookupTimeout, undefined, { ref: false })]);
      return answers.flat().map(asAddress);
    } finally {
      signal.removeEventListener('abort', cancel);
      resolver.cancel();
    }
  };

  return async (given, signal) => {
    const host = given.toLowerCase().replace(/\.$/, '');
    return (await inHostsFile(host)) ?? (await ask(host, signal));
  };
};
