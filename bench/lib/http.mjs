// HTTP/1.1 for the load: one kept-alive connection for each origin, one request at a time. By hand, and no more than the
// load needs: a client library takes longer for a request than a fast server does, and would be what is measured.
import { connect } from 'node:net';

const endOfHead = Buffer.from('\r\n\r\n');

/** Lower-case names; what comes more than once is a list. */
const headersIn = (head) => {
  const headers = {};
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = Object.hasOwn(headers, name) ? [headers[name], value].flat() : value;
  }
  return headers;
};

/** The body of RFC 9112 §7.1, undefined while some of it is missing. */
const dechunked = (bytes, start) => {
  const parts = [];
  for (let at = start; ; ) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    at = end + 2 + size + 2;
    if (at > bytes.length) return undefined;
    if (size === 0) return Buffer.concat(parts).toString();
    parts.push(bytes.subarray(end + 2, at - 2));
  }
};

/** The whole reply, undefined while some of it is missing. */
const replyIn = (bytes) => {
  const split = bytes.indexOf(endOfHead);
  if (split < 0) return undefined;
  const head = bytes.toString('latin1', 0, split);
  const start = split + endOfHead.length;
  const status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  let text = '';
  if (length !== undefined) {
    const end = start + Number(length);
    if (bytes.length < end) return undefined;
    text = bytes.toString('utf8', start, end);
  } else if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    text = dechunked(bytes, start);
    if (text === undefined) return undefined;
  }
  return {
    status,
    text,
    get headers() {
      return headersIn(head);
    },
  };
};

class Connection {
  constructor(origin) {
    const { hostname, port, host } = new URL(origin);
    this.host = host;
    this.waiting = undefined;
    this.bytes = undefined;
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.socket.on('data', (chunk) => this.read(chunk));
    this.socket.on('error', (error) => this.waiting?.reject(error));
    this.socket.on('close', () => this.waiting?.reject(new Error(`${origin} closed the connection.`)));
  }

  read(chunk) {
    this.bytes = this.bytes ? Buffer.concat([this.bytes, chunk]) : chunk;
    const reply = replyIn(this.bytes);
    if (!reply) return;
    this.bytes = undefined;
    const { resolve } = this.waiting;
    this.waiting = undefined;
    resolve(reply);
  }

  ask(method, path, headers, body) {
    if (this.socket.destroyed) throw new Error(`The connection to ${this.host} was closed.`);
    let text = `${method} ${path} HTTP/1.1\r\nhost: ${this.host}\r\n`;
    for (const name in headers) text += `${name}: ${headers[name]}\r\n`;
    // RFC 9110 §8.6: a request that could have a body says so when it has none.
    if (method !== 'GET') text += `content-length: ${Buffer.byteLength(body ?? '')}\r\n`;
    this.socket.write(`${text}\r\n${body ?? ''}`);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }
}

export const connection = () => {
  const connections = new Map();
  const raw = (method, url, { headers = {}, body } = {}) => {
    const path = url.indexOf('/', 'https://'.length);
    const origin = url.slice(0, path);
    let open = connections.get(origin);
    if (!open) {
      open = new Connection(origin);
      connections.set(origin, open);
    }
    return open.ask(method, url.slice(path), headers, body);
  };
  return {
    raw,
    async json(method, url, options) {
      const { status, text } = await raw(method, url, options);
      if (status !== 200) throw new Error(`${status} from ${method} ${url}: ${text}`);
      return JSON.parse(text);
    },
    close: () => {
      for (const { socket } of connections.values()) socket.destroy();
    },
  };
};
