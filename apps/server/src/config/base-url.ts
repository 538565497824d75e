// The address by which a listener is reached from this machine.

interface Address {
  readonly host: string;
  readonly port: number;
  /** Its certificate. null: the listener speaks plain http. */
  readonly tls?: object | string | null;
}

/** RFC 3986 §3.2.2: an IPv6 address in a URL stands in brackets. An address that means "all" is reached as loopback. */
export const baseUrl = ({ host, port, tls = null }: Address): string => {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const scheme = tls === null ? 'http' : 'https';
  return `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
};
