// What is measured: each operation on any server. `prepare` runs once before the clock; `once` is one operation, by one of
// the connections. Anything but the expected answer is an error of the measurement.
import { flow, headersOf, refresh } from './flow.mjs';

const form = (values) => new URLSearchParams(values).toString();

const issueFor = (server, kind) => {
  const client = server.clients[kind];
  const headers = headersOf(client);
  const body = form({ grant_type: 'client_credentials', scope: 'api', ...client.parameters });
  return async (http) => (await http.json('POST', server.urls.token, { headers, body })).access_token;
};

const clientCredentials = (kind) => ({
  async prepare(server) {
    return issueFor(server, kind);
  },
  once: (http, issue) => issue(http),
});

const codeFlow = (kind) => ({
  async prepare(server) {
    return { server, client: server.clients[kind] };
  },
  once: (http, { server, client }) => flow(http, server, client),
});

const refreshing = (kind) => ({
  async prepare(server, http, connections) {
    const client = server.clients[kind];
    const tokens = [];
    for (let index = 0; index < connections; index += 1) tokens.push((await flow(http, server, client)).refresh_token);
    return { server, client, tokens };
  },
  async once(http, { server, client, tokens }, connection) {
    tokens[connection] = (await refresh(http, server, client, tokens[connection])).refresh_token;
  },
});

const many = 500;
const pick = (list) => list[Math.floor(Math.random() * list.length)];

const get = (name) => ({
  prepare: async (server) => server.urls[name],
  once: (http, url) => http.json('GET', url, {}),
});

export const operations = {
  'client_credentials, opaque': clientCredentials('service'),
  'client_credentials, JWT RS256': clientCredentials('serviceRs256'),
  'client_credentials, JWT ES256': clientCredentials('serviceEs256'),
  introspection: {
    async prepare(server, http) {
      const issue = issueFor(server, 'service');
      const tokens = [];
      for (let index = 0; index < many; index += 1) tokens.push(await issue(http));
      const bodies = tokens.map((token) => form({ token }));
      return {
        url: server.urls.introspect,
        bodies,
        headers: { ...headersOf(server.clients.service), ...server.adminHeaders },
      };
    },
    async once(http, { url, bodies, headers }) {
      const answer = await http.json('POST', url, { headers, body: pick(bodies) });
      if (!answer.active) throw new Error('A live token is not active.');
    },
  },
  userinfo: {
    async prepare(server, http) {
      const tokens = [];
      for (let index = 0; index < 50; index += 1) {
        tokens.push((await flow(http, server, server.clients.web)).access_token);
      }
      return { server, tokens };
    },
    once: (http, { server, tokens }) =>
      http.json('GET', server.urls.userinfo, { headers: { authorization: `Bearer ${pick(tokens)}` } }),
  },
  'code flow, RS256': codeFlow('web'),
  'code flow, ES256': codeFlow('webEs256'),
  'refresh, RS256': refreshing('web'),
  'refresh, ES256': refreshing('webEs256'),
  discovery: get('discovery'),
  JWKS: get('jwks'),
  'one insert': {
    prepare: async (server) => server.urls.insert,
    once: (http, url) =>
      http.json('POST', url, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=client_credentials&scope=api',
      }),
  },
};
