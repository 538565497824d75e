// The network that an address belongs to. Limits on unknown callers count by network.

/** The /64 of an IPv6 address, which belongs to one subscriber as a whole (RFC 6177 §2), or the whole IPv4 address. */
export const networkOf = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [start = '', end] = address.replace(/%.*$/, '').split('::', 2);
  const head = start === '' ? [] : start.split(':');
  if (end === undefined) return head.slice(0, 4).join(':');
  const tail = end === '' ? [] : end.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
};
