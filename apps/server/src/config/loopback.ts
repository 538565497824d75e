// Which names and addresses stay on this machine.

/** 127.0.0.0/8 (RFC 1122 §3.2.1.3), ::1 (RFC 4291 §2.5.3), and localhost (RFC 6761 §6.3). Brackets do not count. */
export const isLoopbackHost = (host: string): boolean =>
  /^(127(\.\d{1,3}){3}|\[?::1\]?|localhost|.+\.localhost)$/i.test(host);

export const isLoopbackUrl = (url: string): boolean => isLoopbackHost(new URL(url).hostname);

/** RFC 3986 §3.2.2: an IPv6 address in a URL stands in brackets. An address that means "all" is reached as loopback. */
export const baseUrl = ({ host, port }: { readonly host: string; readonly port: number }): string => {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
};
