// Each port may be in a database of its own, so a use case that writes twice can stop between the two. Whichever write
// fails, before or after it is done: nothing is half usable, and the operation, or a new authorization request, completes.
import { type AnswerResult, epochSeconds, seconds, type WireReply } from '@claviger/core';
import t, { type Test } from 'tap';
import { type FailingStores, failingStores, type Moment } from './support/failing-stores.ts';
import {
  authorizeUrl,
  challengeIn,
  type GivenClient,
  givenAClient,
  givenTokens,
  introspect,
  redeem,
  Visit,
} from './support/given-a-flow.ts';
import { type GivenProvider, givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { json, location } from './support/wire.ts';

interface World {
  readonly given: GivenProvider;
  readonly client: GivenClient;
  readonly faults: FailingStores;
}

const givenAWorld = async (): Promise<World> => {
  const faults = failingStores();
  const given = givenAProvider({}, { stores: faults.stores });
  return { given, client: await givenAClient(given), faults };
};

const now = epochSeconds(startOfTime);
/** Of the 2018 API. */
const sessionCookie = 'oauth2_authentication_session';
const everything = { limit: 100, offset: 0 };

/** The failure that a call ended with, or what it resolved to. */
const attempt = async <T>(run: Promise<T>): Promise<{ readonly result?: T; readonly failed: boolean }> => {
  try {
    return { result: await run, failed: false };
  } catch (error) {
    if (error instanceof Error && error.name === 'StoreUnavailable') return { failed: true };
    throw error;
  }
};

/** Resolves to whether the fault came to pass. */
type Scenario = (t: Test, world: World, arm: () => void) => Promise<boolean>;

/** Runs a scenario once for every write of its operation and both moments, and makes sure that there are `writes`. */
const forEachWrite = async (t: Test, writes: number, scenario: Scenario): Promise<void> => {
  for (const moment of ['before', 'after'] satisfies Moment[]) {
    for (let nth = 1; nth <= writes + 1; nth += 1) {
      await t.test(`write ${nth} of ${writes} fails ${moment} it is done`, async (t) => {
        const world = await givenAWorld();
        const fired = await scenario(t, world, () => world.faults.arm(nth, moment));
        t.equal(fired, nth <= writes, 'the operation writes as often as this test says');
      });
    }
  }
};

const isActive = async ({ given }: World, token: string): Promise<boolean> =>
  (await introspect(given, token)).active === true;

/** A person with a browser of their own goes through all of it, and the client gets its tokens. */
const completes = async (t: Test, { given, client }: World, visit: Visit): Promise<string> => {
  const tokens = json(await redeem(given, client, await visit.code(authorizeUrl(client))));
  t.equal(typeof tokens.access_token, 'string', 'a new authorization request completes');
  return String(tokens.access_token);
};

const errorOf = (reply: WireReply): string | null =>
  reply.headers.location === undefined ? null : location(reply).searchParams.get('error');

/** RFC 6749 §4.1.2.1: the client learns that it may begin anew. */
const isAway = (reply: WireReply): boolean => errorOf(reply) === 'temporarily_unavailable';

t.test('accept consent: what is remembered was answered', async (t) => {
  await forEachWrite(t, 2, async (t, world, arm) => {
    const { given, client, faults } = world;
    const visit = new Visit(given);
    const back = await visit.acceptLogin(await visit.begin(authorizeUrl(client)));
    const challenge = challengeIn(await visit.browser.visit(back), 'consent_challenge');
    const accept = () =>
      given.provider.admin.acceptConsent({
        challenge,
        grantedScope: ['openid', 'offline'],
        remember: true,
        rememberFor: seconds(0),
      });
    arm();
    const first = await attempt<AnswerResult>(accept());
    const fired = faults.disarm();
    t.equal(first.failed, fired);
    t.equal(await given.stores.tokens.revokeGrants({ subject: 'alice' }, now), 0, 'nothing is granted yet');

    const remembered = (await given.provider.admin.listConsents('alice', everything)).length;
    const second = first.failed ? await accept() : first.result;
    if (remembered > 0 && first.failed) {
      t.equal(second?.outcome, 'answered', 'what is remembered was answered, and the same answer again leads on');
    }
    if (second?.outcome === 'answered') {
      t.equal((await given.provider.admin.listConsents('alice', everything)).length, 1, 'it is remembered once');
      const code = location(await visit.browser.visit(second.redirectTo)).searchParams.get('code') ?? '';
      t.equal((await redeem(given, client, code)).status, 200, 'the flow goes on');
    }
    await completes(t, world, new Visit(given));
    return fired;
  });
});

t.test('return from login: a session that was not handed out lets nobody in', async (t) => {
  await forEachWrite(t, 3, async (t, world, arm) => {
    const { given, client, faults } = world;
    const visit = new Visit(given);
    const remember = { remember: true, rememberFor: seconds(3600) };
    // With a session already, which the new login replaces.
    await visit.run(authorizeUrl(client), remember);
    const sessionBefore = visit.browser.cookies.get(sessionCookie);
    t.ok(sessionBefore);
    const challenge = await visit.begin(authorizeUrl(client, { prompt: 'login' }));
    const back = await visit.acceptLogin(challenge, remember);
    arm();
    const reply = await visit.browser.visit(back);
    const fired = faults.disarm();
    t.equal(isAway(reply), fired, `${reply.status}`);
    t.equal(given.failures.length, fired ? 1 : 0, 'the log has the cause');

    if (fired) {
      t.equal(visit.browser.cookies.get(sessionCookie), sessionBefore, 'no new session was handed out');
      const again = await visit.browser.visit(back);
      const goesOn = again.status === 302 && location(again).searchParams.has('consent_challenge');
      t.ok(goesOn || errorOf(again) === 'invalid_request', 'a repetition completes, or the client may ask anew');
    }
    t.ok(
      (await given.provider.admin.revokeLoginSessions('alice')) <= 1,
      'the old session and the new one never both live',
    );
    const anew = await given.provider.admin.getLoginRequest(await visit.begin(authorizeUrl(client)));
    t.equal(anew?.flow.login.skip, false, 'a revocation finds every session, known to a browser or not');
    await completes(t, world, new Visit(given));
    return fired;
  });
});

t.test('return from consent: at most one grant, which a revocation finds', async (t) => {
  await forEachWrite(t, 2, async (t, world, arm) => {
    const { given, client, faults } = world;
    const visit = new Visit(given);
    const login = await visit.acceptLogin(await visit.begin(authorizeUrl(client)));
    const challenge = challengeIn(await visit.browser.visit(login), 'consent_challenge');
    const back = await visit.acceptConsent(challenge);
    arm();
    const reply = await visit.browser.visit(back);
    const fired = faults.disarm();
    t.equal(isAway(reply), fired, `${reply.status}`);

    const replies = [reply, await visit.browser.visit(back)];
    const codes = replies.flatMap((one) => {
      const code = one.headers.location === undefined ? null : location(one).searchParams.get('code');
      return code === null ? [] : [code];
    });
    t.ok(codes.length <= 1, 'one consent gives one code');
    const [code] = codes;
    if (code === undefined) t.equal(errorOf(replies[1] ?? reply), 'invalid_request', 'the client may ask anew');
    else t.equal((await redeem(given, client, code)).status, 200);
    const access = await completes(t, world, new Visit(given));
    const grants = await given.stores.tokens.revokeGrants({ subject: 'alice' }, now);
    t.ok(grants === 1 || grants === 2, `of two requests ${grants} left a grant, and revoking finds it`);
    t.equal(await isActive(world, access), false);
    return fired;
  });
});

/** A client with tokens, a remembered consent, and a browser that is just being asked for consent. */
const givenAHistory = async (world: World) => {
  const { given, client } = world;
  const visit = new Visit(given);
  const tokens = await givenTokens(given, client);
  await visit.run(authorizeUrl(client), { remember: true }, { remember: true });
  const login = await visit.begin(authorizeUrl(client));
  const back = await visit.acceptLogin(login);
  const consent = challengeIn(await visit.browser.visit(back), 'consent_challenge');
  return { tokens, visit, consent };
};

/** What can still be used, of what is to end. */
const alive = async (world: World, access: string, consent: string) => {
  const { given } = world;
  return {
    token: await isActive(world, access),
    remembered: (await given.stores.consents.findFor('shop', 'alice', now)).length > 0,
    pending: (await given.provider.admin.getConsentRequest(consent)) !== undefined,
    client: (await given.provider.admin.getClient('shop')) !== undefined,
  };
};

t.test('delete a client: its tokens die first, itself last', async (t) => {
  await forEachWrite(t, 7, async (t, world, arm) => {
    const { given, faults } = world;
    const { tokens, consent } = await givenAHistory(world);
    arm();
    const { failed } = await attempt(given.provider.admin.deleteClient('shop'));
    t.equal(failed, faults.disarm());
    const left = await alive(world, tokens.access, consent);
    if (left.token) t.ok(left.remembered && left.client, 'while a token lives, nothing else has gone');
    if (!left.client) t.notOk(left.token || left.remembered || left.pending, 'without its client nothing is left');
    if (failed) await given.provider.admin.deleteClient('shop');
    t.strictSame(await alive(world, tokens.access, consent), {
      token: false,
      remembered: false,
      pending: false,
      client: false,
    });
    const created = await givenAClient(given, 'shop');
    t.equal(created.id, 'shop', 'the id can be used again');
    t.equal(await isActive(world, tokens.access), false, 'and inherits nothing');
    await completes(t, { ...world, client: created }, new Visit(given));
    return failed;
  });
});

t.test('revoke consents: tokens die first', async (t) => {
  await forEachWrite(t, 5, async (t, world, arm) => {
    const { given, faults } = world;
    const { tokens, consent } = await givenAHistory(world);
    const revoke = () => given.provider.admin.revokeConsents({ subject: 'alice', clientId: 'shop' });
    arm();
    const { failed } = await attempt(revoke());
    t.equal(failed, faults.disarm());
    const left = await alive(world, tokens.access, consent);
    if (left.token) t.ok(left.pending && left.remembered, 'while a token lives, nothing else has gone');
    if (failed) await revoke();
    t.strictSame(await alive(world, tokens.access, consent), {
      token: false,
      remembered: false,
      pending: false,
      client: true,
    });
    t.equal(await revoke(), 0, 'nothing is left to revoke');
    await completes(t, world, new Visit(given));
    return failed;
  });
});
