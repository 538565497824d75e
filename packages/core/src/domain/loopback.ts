// Which names and addresses stay on this machine.

/** 127.0.0.0/8 (RFC 1122 §3.2.1.3), ::1 (RFC 4291 §2.5.3), and localhost (RFC 6761 §6.3). Brackets do not count. */
export const isLoopbackHost = (host: string): boolean =>
  /^(127(\.\d{1,3}){3}|\[?::1\]?|localhost|.+\.localhost)$/i.test(host);

/** Of an absolute URL. */
export const isLoopbackUrl = (url: string): boolean => isLoopbackHost(new URL(url).hostname);
