// Several server processes on the same stores: whole flows in which each request goes to another node, nodes that
// die and come back, and races for one code or one refresh token across nodes.
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalJWKSet, jwtVerify } from 'jose';
import t, { type Test } from 'tap';
import { type LayoutName, layoutsFor } from './support/layouts.ts';
import { AnswerLost, Nodes } from './support/nodes.ts';
import {
  admin,
  type Client,
  codeFields,
  FlowEnded,
  introspectRequest,
  isActive,
  json,
  RoamingBrowser,
  redeem,
  refreshFields,
  register,
  registration,
  type Tokens,
  tokenRequest,
} from './support/roaming-flow.ts';

const layouts = layoutsFor(t);

const racers = 50;

const startNodes = async (
  t: Test,
  layout: LayoutName,
  differences: readonly Readonly<Record<string, string>>[],
): Promise<Nodes> => Nodes.start(t, await layouts.settings(layout), differences);

const refresh = async (nodes: Nodes, client: Client, token: string): Promise<Tokens> => {
  const answer = await nodes.send(tokenRequest(client, refreshFields(token)));
  if (answer.status !== 200) throw new FlowEnded(`refresh: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text) as Tokens;
};

/** Sends a refresh again, once, if its answer was lost. Within the grace that returns the lost successors. */
const refreshPatiently = (nodes: Nodes, client: Client, token: string): Promise<Tokens> =>
  refresh(nodes, client, token).catch((error: unknown) => {
    if (!(error instanceof AnswerLost)) throw error;
    return refresh(nodes, client, token);
  });

const userinfo = async (nodes: Nodes, token: string): Promise<unknown> => {
  const init = { headers: { authorization: `Bearer ${token}` } };
  return json(await nodes.send({ listener: 'public', path: '/userinfo', init })).sub;
};

const keysOf = async (nodes: Nodes, node: number): Promise<Parameters<typeof createLocalJWKSet>[0]> => {
  const answer = await nodes.sendTo(node, { listener: 'public', path: '/.well-known/jwks.json' });
  if (answer === 'refused') throw new Error(`Node ${node} is down.`);
  return JSON.parse(answer.text) as Parameters<typeof createLocalJWKSet>[0];
};

/** Everything that a client does with one person. The client starts again, a few times, if an answer was lost. */
const wholeFlow = async (nodes: Nodes, client: Client, subject: string): Promise<number> => {
  for (let restarts = 0; ; restarts += 1) {
    try {
      const code = await new RoamingBrowser(nodes).code(client, subject);
      const first = await redeem(nodes, client, code);
      const second = await refreshPatiently(nodes, client, first.refresh_token);
      const states = [await isActive(nodes, second.access_token), await isActive(nodes, first.access_token)];
      if (states.join() !== 'true,false') throw new Error(`after a refresh the tokens are ${states.join()}`);
      const sub = await userinfo(nodes, second.access_token);
      if (sub !== subject) throw new Error(`userinfo is of ${String(sub)}`);
      await refreshPatiently(nodes, client, second.refresh_token);
      return restarts;
    } catch (error) {
      const mayBeginAnew = error instanceof AnswerLost && restarts < 3;
      if (!mayBeginAnew) throw error;
    }
  }
};

t.test('three nodes on Postgres and Redis act as one server', async (t) => {
  const nodes = await startNodes(t, 'the recommended mix', [{}, {}, {}]);
  const client = await register(nodes, 'shop');

  await t.test('nodes that start together share one set of signing keys', async (t) => {
    const sets = await Promise.all([0, 1, 2].map((node) => keysOf(nodes, node)));
    t.equal(sets[0]?.keys.length, 1);
    t.strictSame(sets[1], sets[0]);
    t.strictSame(sets[2], sets[0]);
  });

  await t.test('a flow in which each request goes to another node', async (t) => {
    nodes.trace.length = 0;
    const code = await new RoamingBrowser(nodes).code(client, 'alice');
    const tokens = await redeem(nodes, client, code);
    const next = await refresh(nodes, client, tokens.refresh_token);
    t.equal(await isActive(nodes, next.access_token), true);
    t.equal(await userinfo(nodes, next.access_token), 'alice');
    t.ok(nodes.trace.length >= 11, `${nodes.trace.length} requests`);
    t.ok(
      nodes.trace.every((node, index) => node !== nodes.trace[index - 1]),
      `no two in a row on one node: ${nodes.trace.join(' ')}`,
    );
    const issuedBy = nodes.trace[7] ?? 0;
    const keys = createLocalJWKSet(await keysOf(nodes, (issuedBy + 1) % 3));
    const { payload } = await jwtVerify(tokens.id_token, keys, { issuer: nodes.issuer, audience: 'shop' });
    t.equal(payload.sub, 'alice', "another node's keys verify the ID token");
  });

  await t.test('a refresh whose answer is lost is repeated on another node, with the same successor', async (t) => {
    const tokens = await redeem(nodes, client, await new RoamingBrowser(nodes).code(client, 'alice'));
    const lost = await refresh(nodes, client, tokens.refresh_token);
    const again = await refresh(nodes, client, tokens.refresh_token);
    t.equal(again.refresh_token, lost.refresh_token);
    t.equal(again.access_token, lost.access_token);
    t.ok((await refresh(nodes, client, again.refresh_token)).refresh_token, 'which works');
  });

  await t.test("a client's change is seen on every other node within a second", async (t) => {
    await register(nodes, 'changing');
    const grant = { grant_type: 'client_credentials', scope: 'photos.read' };
    for (const [change, expected] of [
      [{ scope: 'openid' }, 'invalid_scope'],
      [{ scope: 'photos.read', grant_types: ['authorization_code'] }, 'unauthorized_client'],
    ] as const) {
      const secret = `a secret of its own, ${expected}`;
      const body = { ...registration('changing'), ...change, client_secret: secret };
      const put = await admin(nodes, 'PUT', '/clients/changing', body);
      t.equal(put.status, 200);
      // A node uses a client that it has just read until the end of that second.
      await sleep(1000);
      for (const node of [0, 1, 2]) {
        const answer = await nodes.sendTo(node, tokenRequest({ id: 'changing', secret }, grant));
        if (answer === 'refused') throw new Error(`Node ${node} is down.`);
        t.equal(json(answer).error, expected, `node ${node} knows the new secret and registration`);
      }
    }
    t.equal((await admin(nodes, 'DELETE', '/clients/changing')).status, 204);
    for (const node of [0, 1, 2]) {
      const answer = await nodes.sendTo(node, { listener: 'admin', path: '/clients/changing' });
      t.equal(answer !== 'refused' && answer.status, 404, `node ${node} does not know it any more`);
    }
  });

  await t.test(
    'a revocation of tokens, consents and sessions takes effect on every other node immediately',
    async (t) => {
      const browser = new RoamingBrowser(nodes);
      const tokens = await redeem(nodes, client, await browser.code(client, 'bob', true));
      const isActiveOn = async (node: number, token: string): Promise<unknown> => {
        const answer = await nodes.sendTo(node, introspectRequest(token));
        return answer !== 'refused' && json(answer).active;
      };
      for (const node of [0, 1, 2]) t.equal(await isActiveOn(node, tokens.access_token), true);
      const { init } = tokenRequest(client, { token: tokens.refresh_token });
      t.equal((await nodes.send({ listener: 'public', path: '/oauth2/revoke', init })).status, 200);
      for (const node of [0, 1, 2]) t.equal(await isActiveOn(node, tokens.access_token), false, `node ${node}`);

      const others = await redeem(nodes, client, await new RoamingBrowser(nodes).code(client, 'bob'));
      t.equal((await admin(nodes, 'DELETE', '/oauth2/auth/sessions/consent/bob/shop')).status, 204);
      for (const node of [0, 1, 2]) t.equal(await isActiveOn(node, others.access_token), false, `node ${node}`);

      const skips = async (): Promise<unknown> =>
        json(await admin(nodes, 'GET', `/oauth2/auth/requests/login/${await browser.begin(client)}`)).skip;
      for (const _ of [0, 1, 2]) t.equal(await skips(), true, 'the browser is remembered on every node');
      t.equal((await admin(nodes, 'DELETE', '/oauth2/auth/sessions/login/bob')).status, 204);
      for (const _ of [0, 1, 2]) t.equal(await skips(), false);
    },
  );

  await t.test(
    'when a node dies before it answers, a refresh can be repeated and a code needs a new request',
    async (t) => {
      const some = await Promise.all(
        Array.from({ length: 12 }, (_, index) => new RoamingBrowser(nodes).code(client, `carol-${index}`)),
      );
      const [codes, spent] = [some.slice(0, 6), some.slice(6)];
      const owned = await Promise.all(spent.map((code) => redeem(nodes, client, code)));
      const dying = 1;
      const outcome = (call: ReturnType<typeof tokenRequest>): Promise<'answered' | 'lost'> =>
        nodes.sendTo(dying, call).then(
          (answer) => (answer === 'refused' ? 'lost' : 'answered'),
          () => 'lost',
        );
      const sent = [
        ...owned.map(({ refresh_token }) => outcome(tokenRequest(client, refreshFields(refresh_token)))),
        ...codes.map((code) => outcome(tokenRequest(client, codeFields(code)))),
      ];
      // The first answer has arrived, so all requests have been sent. The others die with the node.
      await Promise.race(sent);
      await nodes.kill(dying);
      const fates = await Promise.all(sent);
      t.comment(`${fates.filter((fate) => fate === 'lost').length} of ${fates.length} answers were lost`);
      t.ok(fates.includes('lost'));

      for (const { refresh_token } of owned) {
        const retried = await refresh(nodes, client, refresh_token);
        t.equal(await isActive(nodes, retried.access_token), true, 'the retry succeeds');
      }
      for (const code of codes) {
        const answer = await nodes.send(tokenRequest(client, codeFields(code)));
        if (answer.status !== 200)
          t.equal(json(answer).error, 'invalid_grant', 'the code was used, so the client starts again');
        t.ok((await redeem(nodes, client, await new RoamingBrowser(nodes).code(client, 'carol'))).access_token);
      }
      await nodes.restart(dying);
    },
  );

  await t.test('flows continue while one node is killed and comes back', async (t) => {
    let done = 0;
    let startedAgain = 0;
    let coming: Promise<void> | undefined;
    const run = async (worker: number): Promise<void> => {
      for (let flow = 0; flow < 6; flow += 1) {
        startedAgain += await wholeFlow(nodes, client, `dave-${worker}-${flow}`);
        done += 1;
        if (done === 6) await nodes.kill(2);
        if (done === 12) coming = nodes.restart(2);
      }
    };
    await Promise.all([0, 1, 2, 3].map(run));
    await coming;
    t.equal(done, 24, 'every flow completed');
    t.comment(`${done} flows, ${startedAgain} of them started again`);
    nodes.trace.length = 0;
    await wholeFlow(nodes, client, 'dave');
    t.ok(nodes.trace.includes(2), 'the restarted node serves again');
  });
});

for (const layout of ['the recommended mix', 'Postgres alone', 'Redis alone'] satisfies LayoutName[]) {
  t.test(`races across nodes on ${layout}`, async (t) => {
    const grace = { CLAVIGER_REFRESH_GRACE: '60s' };
    const nodes = await startNodes(t, layout, [grace, grace]);
    const client = await register(nodes, 'shop');
    const given = async (): Promise<string> => new RoamingBrowser(nodes).code(client, 'alice');
    const race = (of: Nodes, fields: Readonly<Record<string, string>>) =>
      Promise.all(Array.from({ length: racers }, () => of.send(tokenRequest(client, fields))));

    await t.test(
      '50 redemptions of one code: one token response, and its tokens are revoked (RFC 6749 §4.1.2)',
      async (t) => {
        const answers = await race(nodes, codeFields(await given()));
        t.strictSame(new Set(answers.map(({ node }) => node)), new Set([0, 1]));
        const won = answers.filter(({ status }) => status === 200);
        const lost = answers.filter((answer) => answer.status === 400 && json(answer).error === 'invalid_grant');
        t.equal(won.length, 1);
        t.equal(lost.length, racers - 1);
        const tokens = won.map((answer) => JSON.parse(answer.text) as Tokens);
        for (const { access_token, refresh_token } of tokens) {
          t.equal(await isActive(nodes, access_token), false);
          t.equal(await isActive(nodes, refresh_token), false);
        }
      },
    );

    await t.test('50 refreshes with one token: all get the same successor within the grace', async (t) => {
      const tokens = await redeem(nodes, client, await given());
      const answers = await race(nodes, refreshFields(tokens.refresh_token));
      t.equal(answers.filter(({ status }) => status === 200).length, racers);
      const successors = new Set(answers.map((answer) => String(json(answer).refresh_token)));
      const accesses = new Set(answers.map((answer) => String(json(answer).access_token)));
      t.equal(successors.size, 1);
      t.equal(accesses.size, 1);
      const [successor = ''] = successors;
      const [access = ''] = accesses;
      t.equal(await isActive(nodes, access), true);
      t.equal(await isActive(nodes, tokens.access_token), false, 'the earlier access token is inactive');
      t.ok((await refresh(nodes, client, successor)).refresh_token);
    });

    await t.test('50 refreshes with one token and no grace: one succeeds, and the grant is revoked', async (t) => {
      const strict = await nodes.andWith(t, { CLAVIGER_REFRESH_GRACE: '0s' }, 2);
      const tokens = await redeem(strict, client, await given());
      const answers = await race(strict, refreshFields(tokens.refresh_token));
      const won = answers.filter(({ status }) => status === 200);
      t.equal(won.length, 1);
      t.equal(answers.filter((answer) => json(answer).error === 'invalid_grant').length, racers - 1);
      for (const answer of won) {
        t.equal(await isActive(strict, String(json(answer).access_token)), false);
        t.equal(await isActive(strict, String(json(answer).refresh_token)), false);
      }
    });
  });
}
