// The address by which a listener is reached from this machine.

/** RFC 3986 §3.2.2: an IPv6 address in a URL stands in brackets. An address that means "all" is reached as loopback. */
export const baseUrl = ({ host, port }: { readonly host: string; readonly port: number }): string => {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
};
