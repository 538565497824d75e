// A whole authorization code flow as a browser, its login and consent app, and the client go through it.
import { randomBytes } from 'node:crypto';

/** Of a form that the client sends with its secret (RFC 6749 §2.3.1). */
export const headersOf = ({ id, secret }) => ({
  authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`,
  'content-type': 'application/x-www-form-urlencoded',
});

const cookiesOf = (jar) => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

const keep = (jar, given) => {
  for (const line of given === undefined ? [] : [given].flat()) {
    const [pair] = line.split(';');
    const at = pair.indexOf('=');
    if (at === pair.length - 1) jar.delete(pair.slice(0, at));
    else jar.set(pair.slice(0, at), pair.slice(at + 1));
  }
};

/** Hydra's way: the app reads the request and accepts it over the admin API. */
const answer = async (http, server, kind, challenge) => {
  const path = `${server.urls.admin}/oauth2/auth/requests/${kind}/${challenge}`;
  const asked = await http.json('GET', path, {});
  const said =
    kind === 'login'
      ? { subject: `person-${randomBytes(4).toString('hex')}`, remember: false }
      : { grant_scope: asked.requested_scope, session: { id_token: { name: 'A Person', email: 'a@example.com' } } };
  const headers = { 'content-type': 'application/json' };
  return (await http.json('PUT', `${path}/accept`, { headers, body: JSON.stringify(said) })).redirect_to;
};

/** The token response: access, refresh and ID token. */
export const flow = async (http, server, client) => {
  const jar = new Map();
  const query = new URLSearchParams({
    client_id: client.id,
    redirect_uri: client.redirectUri,
    response_type: 'code',
    scope: client.scope,
    state: randomBytes(12).toString('base64url'),
    nonce: randomBytes(12).toString('base64url'),
    prompt: 'consent',
  });
  let at = `${server.urls.authorize}?${query}`;
  for (let step = 0; !at.startsWith(client.redirectUri); step += 1) {
    if (step > 12) throw new Error(`The flow does not end: ${at}`);
    const target = new URL(at, server.urls.authorize);
    const [login, consent] = ['login_challenge', 'consent_challenge'].map((name) => target.searchParams.get(name));
    if (login) at = await answer(http, server, 'login', login);
    else if (consent) at = await answer(http, server, 'consent', consent);
    else {
      let reply = await http.raw('GET', target.href, { headers: { cookie: cookiesOf(jar) } });
      // A login or consent page of the server's own: its button is pressed.
      if (reply.status === 200) reply = await http.raw('POST', target.href, { headers: { cookie: cookiesOf(jar) } });
      if (reply.status < 300 || reply.status > 399)
        throw new Error(`${reply.status} from ${target.pathname}: ${reply.text}`);
      keep(jar, reply.headers['set-cookie']);
      at = reply.headers.location;
    }
  }
  const code = new URL(at).searchParams.get('code');
  if (!code) throw new Error(`No code: ${at}`);
  return grant(http, server, client, { grant_type: 'authorization_code', code, redirect_uri: client.redirectUri });
};

export const refresh = (http, server, client, token) =>
  grant(http, server, client, { grant_type: 'refresh_token', refresh_token: token });

const grant = async (http, server, client, values) => {
  const headers = headersOf(client);
  const tokens = await http.json('POST', server.urls.token, { headers, body: new URLSearchParams(values).toString() });
  if (!tokens.id_token || !tokens.refresh_token) throw new Error('An ID token and a refresh token belong to the flow.');
  return tokens;
};
