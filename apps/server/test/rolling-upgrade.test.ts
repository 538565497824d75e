// The previous release and this one run side by side on one database while it is migrated under traffic. No request fails.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SignJWT } from 'jose';
import t, { type Test } from 'tap';
import { type LayoutName, layoutsFor, type ServerSettings } from './support/layouts.ts';
import { type Answer, type Call, Nodes } from './support/nodes.ts';
import { buildPreviousRelease } from './support/previous-release.ts';
import {
  type Client,
  codeFields,
  introspectRequest,
  isActive,
  json,
  RoamingBrowser,
  redeem,
  refreshFields,
  register,
  type Tokens,
  tokenRequest,
} from './support/roaming-flow.ts';
import { runServer } from './support/start-server.ts';

// A busy machine is slow.
t.setTimeout(300_000);

const [old, young] = [0, 1];

/** The minimum number of rounds of traffic in each phase, and its minimum duration in milliseconds. */
const phase = { rounds: 6, milliseconds: 500 };

const layouts = layoutsFor(t);

const revokeRequest = (client: Client, token: string): Call => ({
  ...tokenRequest(client, { token }),
  path: '/oauth2/revoke',
});

const expectStatus = (answer: Answer | 'refused', what: string): Answer => {
  if (answer === 'refused' || answer.status !== 200) {
    throw new Error(`${what}: ${answer === 'refused' ? answer : `${answer.status} ${answer.text}`}`);
  }
  return answer;
};

/** Everything that a client does, each request at the next node. Throws if any answer is wrong. */
const wholeRound = async (nodes: Nodes, client: Client, subject: string): Promise<void> => {
  const first = await redeem(nodes, client, await new RoamingBrowser(nodes).code(client, subject));
  const refreshed = expectStatus(await nodes.send(tokenRequest(client, refreshFields(first.refresh_token))), 'refresh');
  const second = json(refreshed) as unknown as Tokens;
  const own = json(
    expectStatus(await nodes.send(tokenRequest(client, { grant_type: 'client_credentials' })), 'own token'),
  );
  const tokens = [first.access_token, second.access_token, String(own.access_token)];
  const states = [];
  for (const token of tokens) states.push(await isActive(nodes, token));
  expectStatus(await nodes.send(revokeRequest(client, second.refresh_token)), 'revocation');
  states.push(await isActive(nodes, second.access_token));
  if (states.join() !== 'false,true,true,false') throw new Error(`the tokens are ${states.join()}`);
};

/** Clients that continue until they are stopped. */
class Traffic {
  rounds = 0;
  readonly failures: unknown[] = [];
  readonly #ended: Promise<unknown>;
  #stopping = false;

  constructor(nodes: Nodes, clients: readonly Client[]) {
    this.#ended = Promise.all(clients.map((client) => this.#go(nodes, client)));
  }

  /** Waits for one phase and returns the number of rounds that ended in it. */
  async phase(): Promise<number> {
    const before = this.rounds;
    const over = Date.now() + phase.milliseconds;
    while (Date.now() < over || this.rounds < before + phase.rounds) await sleep(20);
    return this.rounds - before;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#ended;
  }

  async #go(nodes: Nodes, client: Client): Promise<void> {
    while (!this.#stopping) {
      await wholeRound(nodes, client, `anna of ${client.id}`).catch((error: unknown) => this.failures.push(error));
      this.rounds += 1;
    }
  }
}

/** Checks, step by step, that each release accepts what the other one issued. */
const crossover = async (t: Test, nodes: Nodes, client: Client, [from, to]: readonly [number, number]) => {
  const sent = async (node: number, call: Call) => json(expectStatus(await nodes.sendTo(node, call), call.path));
  const code = await new RoamingBrowser(nodes).code(client, 'zoe');
  const first = (await sent(from, tokenRequest(client, codeFields(code)))) as unknown as Tokens;
  t.equal((await sent(to, introspectRequest(first.access_token))).active, true);
  const second = (await sent(to, tokenRequest(client, refreshFields(first.refresh_token)))) as unknown as Tokens;
  const repeated = await sent(from, tokenRequest(client, refreshFields(first.refresh_token)));
  t.equal(repeated.refresh_token, second.refresh_token, 'each release opens values that the other sealed');
  t.equal((await sent(from, introspectRequest(second.access_token))).active, true);
  const init = { headers: { authorization: `Bearer ${second.access_token}` } };
  t.equal((await sent(from, { listener: 'public', path: '/userinfo', init })).sub, 'zoe');
  const own = await sent(from, tokenRequest(client, { grant_type: 'client_credentials', scope: 'photos.read' }));
  t.match(await sent(to, introspectRequest(String(own.access_token))), { active: true, scope: 'photos.read' });
  for (const token of [second.refresh_token, String(own.access_token)]) {
    expectStatus(await nodes.sendTo(to, revokeRequest(client, token)), 'revocation');
    t.equal((await sent(from, introspectRequest(token))).active, false);
  }
};

/** A client with an audience and its tokens work on the release that does not know audiences. */
const audienceBesideOld = async (t: Test, nodes: Nodes): Promise<void> => {
  const body = JSON.stringify({
    client_id: 'with-audience',
    grant_types: ['client_credentials'],
    audience: ['reports'],
  });
  const created = await nodes.sendTo(young, { listener: 'admin', path: '/clients', init: { method: 'POST', body } });
  if (created === 'refused') throw new Error('The node of this version is down.');
  const client = { id: 'with-audience', secret: String(json(created).client_secret) };
  const request = tokenRequest(client, { grant_type: 'client_credentials', audience: 'reports' });
  const { access_token: token } = json(expectStatus(await nodes.sendTo(young, request), 'token with an audience'));
  for (const [node, aud] of [
    [young, ['reports']],
    [old, undefined],
  ] as const) {
    const shown = json(expectStatus(await nodes.sendTo(node, introspectRequest(String(token))), 'introspection'));
    t.same([shown.active, shown.aud], [true, aud]);
  }
};

/** A token request with a client assertion, a JWT that is accepted once (RFC 7523 §3). */
const assertionRequest = async (nodes: Nodes, client: Client): Promise<Call> => {
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(client.id)
    .setSubject(client.id)
    .setAudience(nodes.issuer)
    .setJti(randomUUID())
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(client.secret));
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  });
  return { listener: 'public', path: '/oauth2/token', init: { method: 'POST', body } };
};

/** An assertion that one release accepted is refused by the other, and one of several concurrent requests succeeds. */
const assertionsCountOnce = async (t: Test, nodes: Nodes): Promise<void> => {
  const body = JSON.stringify({
    client_id: 'with-assertions',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_jwt',
  });
  const created = await nodes.sendTo(old, { listener: 'admin', path: '/clients', init: { method: 'POST', body } });
  if (created === 'refused') throw new Error('The node of the version before is down.');
  const client = { id: 'with-assertions', secret: String(json(created).client_secret) };
  const statusAt = async (node: number, call: Call) => {
    const answer = await nodes.sendTo(node, call);
    return answer === 'refused' ? answer : answer.status;
  };
  for (const [first, second] of [
    [old, young],
    [young, old],
  ] as const) {
    const call = await assertionRequest(nodes, client);
    t.same([await statusAt(first, call), await statusAt(second, call)], [200, 401], 'one after the other');
  }
  for (let round = 0; round < 10; round += 1) {
    const call = await assertionRequest(nodes, client);
    const statuses = await Promise.all([old, young, old, young].map((node) => statusAt(node, call)));
    t.same(statuses.sort(), [200, 401, 401, 401], 'concurrently');
  }
};

const migrate = async (t: Test, settings: ServerSettings, main?: string): Promise<string> => {
  const migration = runServer(t, settings, ['migrate', 'up'], main);
  const { code } = await migration.exited;
  t.equal(code, 0, `migrate up: ${migration.output()}`);
  return migration.output();
};

const upgrade = async (t: Test, layout: LayoutName, main: string): Promise<void> => {
  const settings = { ...(await layouts.settings(layout)), CLAVIGER_AUTO_MIGRATE: 'false' };
  await migrate(t, settings, main);
  const nodes = await Nodes.start(t, settings, [{}], { main });
  const clients = await Promise.all(['one', 'two', 'three'].map((id) => register(nodes, id)));
  const traffic = new Traffic(nodes, clients);
  const rounds = [await traffic.phase()];
  t.match(await migrate(t, settings), /applied {2}0002_/);
  rounds.push(await traffic.phase());
  await nodes.join();
  rounds.push(await traffic.phase());
  const client = clients[0] ?? { id: '', secret: '' };
  await crossover(t, nodes, client, [old, young]);
  await crossover(t, nodes, client, [young, old]);
  if (layout === 'Postgres alone') await audienceBesideOld(t, nodes);
  await assertionsCountOnce(t, nodes);
  t.same(await nodes.leave(old), { code: 0, signal: null }, 'the old node stops cleanly');
  rounds.push(await traffic.phase());
  await traffic.stop();
  t.same(traffic.failures, [], 'no request failed');
  t.comment(`${layout}: rounds before, after the migration, with both, after the upgrade: ${rounds.join(', ')}`);
};

const previous = await buildPreviousRelease(t);
const [main, missing] = 'main' in previous ? [previous.main, false] : ['', previous.missing];

t.test('an upgrade, node by node, under traffic', { skip: missing }, async (t) => {
  for (const layout of ['Postgres alone', 'the recommended mix'] as const) await upgrade(t, layout, main);
});
