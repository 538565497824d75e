// HTTP for the load: one kept-alive connection for each origin, one request at a time.
import { Client } from 'undici';

/** undici's dispatch handler: no stream for each body, so that the load is not what limits a fast server. */
class WholeReply {
  constructor(resolve, reject) {
    this.resolve = resolve;
    this.reject = reject;
    this.chunks = [];
  }

  onRequestStart() {}

  onResponseStart(_controller, status, headers) {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller, chunk) {
    this.chunks.push(chunk);
  }

  onResponseEnd() {
    const { status, headers, chunks } = this;
    const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    this.resolve({ status, headers, text: body.toString() });
  }

  onResponseError(_controller, error) {
    this.reject(error);
  }
}

export const connection = () => {
  const clients = new Map();
  const raw = (method, url, { headers = {}, body }) => {
    // By hand: a URL object costs the load as much as the request.
    const origin = url.slice(0, url.indexOf('/', 'https://'.length));
    let client = clients.get(origin);
    if (!client) {
      client = new Client(origin, { pipelining: 1, keepAliveTimeout: 60_000 });
      clients.set(origin, client);
    }
    return new Promise((resolve, reject) => {
      client.dispatch({ method, path: url.slice(origin.length), headers, body }, new WholeReply(resolve, reject));
    });
  };
  return {
    raw,
    async json(method, url, options) {
      const { status, text } = await raw(method, url, options);
      if (status !== 200) throw new Error(`${status} from ${method} ${url}: ${text}`);
      return JSON.parse(text);
    },
    close: () => Promise.all([...clients.values()].map((client) => client.close())),
  };
};
