// Codes, refresh tokens and keys after a flow.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { begin, checkAnswer, complete, finish, lastIdToken, readTokens, redeem } from '../support/flow.ts';
import type { Given } from '../support/given.ts';
import { serverKeys } from '../support/id-token.ts';
import { readJson } from '../support/lax-fetch.ts';
import type { Module } from '../support/module.ts';
import { makeKeys, type Party, type PartyOptions, randomText, registerParty, requestToken } from '../support/party.ts';
import { callUserinfo, userinfo } from '../support/userinfo.ts';

const isRefused = async (t: Test, reply: Response): Promise<void> => {
  t.equal(reply.status, 400);
  t.match(await readJson(reply), { error: 'invalid_grant' });
};

/** OpenID Connect Core §11: offline access requires prompt=consent. */
const offline = { change: { prompt: 'consent' } };

const registerOffline = (given: Given, options: PartyOptions = {}): Promise<Party> =>
  registerParty(given, {
    ...options,
    scope: 'openid offline_access',
    change: {
      grant_types: ['authorization_code', 'refresh_token', ...(given.responseType === 'code' ? [] : ['implicit'])],
      ...options.change,
    },
  });

const refresh = (given: Given, party: Party, token: string): Promise<Response> =>
  requestToken(given, party, { grant_type: 'refresh_token', refresh_token: token });

const replay =
  (pause: number) =>
  async (t: Test, given: Given): Promise<void> => {
    const party = await registerParty(given);
    const flow = await complete(t, given, party);
    await sleep(pause);
    await isRefused(t, await redeem(given, party, flow.code));
    for (const token of flow.accessTokens) {
      t.equal((await callUserinfo(given, token)).status, 401, 'RFC 6749 §4.1.2: what the code gave is revoked');
    }
  };

export const tokenModules: readonly Module[] = [
  {
    name: 'oidcc-codereuse',
    requirement: 'a code can be used once, and a second use revokes its tokens',
    run: replay(0),
  },
  {
    name: 'oidcc-codereuse-30seconds',
    requirement: 'a code can be used once, and a second use half a minute later revokes its tokens',
    run: replay(30_500),
  },
  {
    name: 'oidcc-refresh-token',
    requirement: 'a refresh token returns new tokens for the same login, and only to its own client',
    async run(t, given) {
      const [party, other] = [await registerOffline(given), await registerOffline(given)];
      const flow = await complete(t, given, party, offline);
      t.match(flow.refreshToken, /^[\x20-\x7E]+$/, 'RFC 6749 Appendix A.17');
      const tokens = await readTokens(t, given, party, await refresh(given, party, flow.refreshToken));
      const [before, after] = [lastIdToken(flow).claims, tokens.idToken.claims];
      t.not(tokens.accessToken, flow.accessTokens.at(-1));
      // OpenID Connect Core §12.2.
      t.strictSame([after.iss, after.sub, after.aud], [before.iss, before.sub, before.aud]);
      t.equal(after.auth_time, before.auth_time);
      t.ok((after.iat ?? 0) >= (before.iat ?? 0));
      t.notOk('nonce' in after);
      t.equal((await userinfo(t, given, tokens.accessToken)).sub, before.sub);

      const others = await complete(t, given, other, offline);
      await isRefused(t, await refresh(given, party, others.refreshToken));
      t.equal((await refresh(given, other, others.refreshToken)).status, 200, 'its own client can still use it');
    },
  },
  {
    name: 'oidcc-refresh-token-rp-key-rotation',
    requirement: 'a client that changes its keys at jwks_uri can soon use the new key',
    async run(t, given) {
      const [before, after] = [await makeKeys(), await makeKeys()];
      const jwksUri = given.documents.publish(JSON.stringify(before.publicJwks));
      const party = await registerOffline(given, { keys: before, change: { jwks: undefined, jwks_uri: jwksUri } });
      const flow = await complete(t, given, party, offline);
      given.documents.publish(JSON.stringify(after.publicJwks), jwksUri);
      // Keys are not fetched again within 10 seconds of the last fetch; the suite waits 60.
      await sleep(11_000);
      const renewed = { ...party, keys: after };
      const tokens = await readTokens(t, given, renewed, await refresh(given, renewed, flow.refreshToken));
      t.equal(tokens.idToken.claims.sub, lastIdToken(flow).claims.sub);
      const old = await refresh(given, party, tokens.refreshToken);
      t.equal((await readJson(old)).error, 'invalid_client', 'the removed key is refused');
    },
  },
  {
    name: 'oidcc-server-rotate-keys',
    requirement: 'an administrator can add a signing key; it is published, and the previous one stays',
    async run(t, given) {
      const kidsOf = async () => (await serverKeys(given)).keys.map(({ kid }) => kid);
      const party = await registerParty(given);
      const flow = await complete(t, given, party);
      const before = await kidsOf();
      const kid = randomText();
      const made = await fetch(`${given.server.adminUrl}/keys/hydra.openid.id-token`, {
        method: 'POST',
        body: JSON.stringify({ alg: 'RS256', kid, use: 'sig' }),
      });
      t.equal(made.status, 201);
      const after = await kidsOf();
      t.ok(after.length > before.length);
      for (const old of before) t.ok(after.includes(old), `${old} is still published`);
      t.equal(new Set(after).size, after.length);
      t.ok(after.includes(String(lastIdToken(flow).header.kid)));
      await complete(t, given, party);
    },
  },
  {
    name: 'oidcc-ensure-client-assertion-with-iss-aud-succeeds',
    requirement: 'a client assertion may name the issuer as its audience',
    async run(t, given) {
      const party = await registerParty(given);
      const begun = await begin(given, party);
      checkAnswer(t, given, begun);
      await finish(t, given, party, begun, { audience: given.server.issuer });
      const second = await begin(given, party);
      const code = second.parameters.get('code') ?? '';
      const foreign = await redeem(given, party, code, { audience: 'https://another.example/' });
      t.equal((await readJson(foreign)).error, 'invalid_client', 'another audience is refused');
    },
  },
];
