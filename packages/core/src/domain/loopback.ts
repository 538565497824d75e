// Which names and addresses stay on this machine.

/**
 * 127.0.0.0/8 (RFC 1122 §3.2.1.3), ::1 (RFC 4291 §2.5.3), and localhost (RFC 6761 §6.3), in any spelling: `127.1`,
 * `0:0:0:0:0:0:0:1`, `::ffff:127.0.0.1`, `localhost.`. IPv6 addresses may stand in brackets.
 */
export const isLoopbackHost = (host: string): boolean => usual.test(host) || usual.test(canonical(host));

/** As a URL parser writes them, and in the forms that need no parser. */
const usual = /^(127(\.\d{1,3}){3}|\[?::1\]?|\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]|([\w.-]+\.)?localhost\.?)$/i;

/** '' if the text is not only a host: a port, user name or path is not allowed. */
const canonical = (host: string): string => {
  if (!/^([\w.-]+|\[?[\da-f:.]+\]?)$/i.test(host)) return '';
  const url = `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}/`;
  return URL.canParse(url) ? new URL(url).hostname : '';
};

/** `url` must be absolute. */
export const isLoopbackUrl = (url: string): boolean => isLoopbackHost(new URL(url).hostname);
