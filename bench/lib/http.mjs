// HTTP for the load: one kept-alive connection for each origin, one request at a time.
import { Client } from 'undici';

export const connection = () => {
  const clients = new Map();
  const raw = async (method, url, { headers = {}, body }) => {
    const { origin } = new URL(url);
    let client = clients.get(origin);
    if (!client) {
      client = new Client(origin, { pipelining: 1, keepAliveTimeout: 60_000 });
      clients.set(origin, client);
    }
    const reply = await client.request({ method, path: url.slice(origin.length), headers, body });
    return { status: reply.statusCode, headers: reply.headers, text: await reply.body.text() };
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
