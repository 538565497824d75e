// Each port may use its own database, so a use case that writes twice can stop between the two writes. Whichever write
// fails, before or after it took effect, nothing is half usable, and repeating the operation or the authorization works.
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
/** As the 2018 API does. */
const sessionCookie = 'oauth2_authentication_session';
const everything = { limit: 100, offset: 0 };

/** What a call resolved to, or the error that it failed with. */
const attempt = async <T>(run: Promise<T>): Promise<{ readonly result?: T; readonly failed: boolean }> => {
  try {
    return { result: await run, failed: false };
  } catch (error) {
    if (error instanceof Error && error.name === 'StoreUnavailable') return { failed: true };
    throw error;
  }
};

/** Resolves to whether the fault happened. */
type Scenario = (t: Test, world: World, arm: () => void) => Promise<boolean>;

/** Runs a scenario for every write of its operation and both moments, and checks that there are exactly `writes`. */
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

/** Another person with another browser completes a flow, and the client gets its tokens. */
const completes = async (t: Test, { given, client }: World, visit: Visit): Promise<string> => {
  const tokens = json(await redeem(given, client, await visit.code(authorizeUrl(client))));
  t.equal(typeof tokens.access_token, 'string', 'a new authorization request completes');
  return String(tokens.access_token);
};

const errorOf = (reply: WireReply): string | null =>
  reply.headers.location === undefined ? null : location(reply).searchParams.get('error');

/** RFC 6749 §4.1.2.1: the client learns that it may begin again. */
const isAway = (reply: WireReply): boolean => errorOf(reply) === 'temporarily_unavailable';

t.test('accept consent: a consent is remembered only if it was answered', async (t) => {
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
    t.equal(await given.stores.tokens.revokeGrants({ subject: 'alice' }, now), 0, 'no grant exists yet');

    const remembered = (await given.provider.admin.listConsents('alice', everything)).length;
    const second = first.failed ? await accept() : first.result;
    if (remembered > 0 && first.failed) {
      t.equal(second?.outcome, 'answered', 'the same answer succeeds when repeated');
    }
    if (second?.outcome === 'answered') {
      t.equal((await given.provider.admin.listConsents('alice', everything)).length, 1, 'it is remembered once');
      const code = location(await visit.browser.visit(second.redirectTo)).searchParams.get('code') ?? '';
      t.equal((await redeem(given, client, code)).status, 200, 'the flow continues');
    }
    await completes(t, world, new Visit(given));
    return fired;
  });
});

t.test('return from login: a session that no browser received logs nobody in', async (t) => {
  await forEachWrite(t, 3, async (t, world, arm) => {
    const { given, client, faults } = world;
    const visit = new Visit(given);
    const remember = { remember: true, rememberFor: seconds(3600) };
    // The browser has a session, which the new login replaces.
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
      t.ok(goesOn || errorOf(again) === 'invalid_request', 'a repetition completes, or the client may ask again');
    }
    t.ok(
      (await given.provider.admin.revokeLoginSessions('alice')) <= 1,
      'the old and the new session are never both valid',
    );
    const next = await given.provider.admin.getLoginRequest(await visit.begin(authorizeUrl(client)));
    t.equal(next?.flow.login.skip, false, 'a revocation finds every session, even one that no browser knows');
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
    if (code === undefined) t.equal(errorOf(replies[1] ?? reply), 'invalid_request', 'the client may ask again');
    else t.equal((await redeem(given, client, code)).status, 200);
    const access = await completes(t, world, new Visit(given));
    const grants = await given.stores.tokens.revokeGrants({ subject: 'alice' }, now);
    t.ok(grants === 1 || grants === 2, `of two requests ${grants} left a grant, and revoking finds it`);
    t.equal(await isActive(world, access), false);
    return fired;
  });
});

/** A client with tokens, a remembered consent, and a browser that is at the consent page. */
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

/** Which of the things that should end can still be used. */
const alive = async (world: World, access: string, consent: string) => {
  const { given } = world;
  return {
    token: await isActive(world, access),
    remembered: (await given.stores.consents.findFor('shop', 'alice', now)).length > 0,
    pending: (await given.provider.admin.getConsentRequest(consent)) !== undefined,
    client: (await given.provider.admin.getClient('shop')) !== undefined,
  };
};

t.test('delete a client: its tokens are revoked first, and the client is deleted last', async (t) => {
  await forEachWrite(t, 7, async (t, world, arm) => {
    const { given, faults } = world;
    const { tokens, consent } = await givenAHistory(world);
    arm();
    const { failed } = await attempt(given.provider.admin.deleteClient('shop'));
    t.equal(failed, faults.disarm());
    const left = await alive(world, tokens.access, consent);
    if (left.token) t.ok(left.remembered && left.client, 'while a token is alive, nothing else has been deleted');
    if (!left.client)
      t.notOk(left.token || left.remembered || left.pending, 'once the client is deleted, nothing else is left');
    if (failed) await given.provider.admin.deleteClient('shop');
    t.strictSame(await alive(world, tokens.access, consent), {
      token: false,
      remembered: false,
      pending: false,
      client: false,
    });
    const created = await givenAClient(given, 'shop');
    t.equal(created.id, 'shop', 'the id can be used again');
    t.equal(await isActive(world, tokens.access), false, 'the new client inherits nothing');
    await completes(t, { ...world, client: created }, new Visit(given));
    return failed;
  });
});

t.test('revoke consents: tokens are revoked first', async (t) => {
  await forEachWrite(t, 5, async (t, world, arm) => {
    const { given, faults } = world;
    const { tokens, consent } = await givenAHistory(world);
    const revoke = () => given.provider.admin.revokeConsents({ subject: 'alice', clientId: 'shop' });
    arm();
    const { failed } = await attempt(revoke());
    t.equal(failed, faults.disarm());
    const left = await alive(world, tokens.access, consent);
    if (left.token) t.ok(left.pending && left.remembered, 'while a token is alive, nothing else has been deleted');
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
