// Userinfo, and which claims come with which scope (OpenID Connect Core §5).
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { Test } from 'tap';
import { complete, type Flow, lastIdToken } from '../support/flow.ts';
import type { Given } from '../support/given.ts';
import { serverKeys } from '../support/id-token.ts';
import type { Module } from '../support/module.ts';
import { registerParty } from '../support/party.ts';
import { callUserinfo, type UserinfoCall, userinfo } from '../support/userinfo.ts';

/** OpenID Connect Core §5.1: the claims of each scope, with their types. */
const claimsOf = {
  profile: {
    name: String,
    given_name: String,
    family_name: String,
    middle_name: String,
    nickname: String,
    preferred_username: String,
    profile: /^https:/,
    picture: /^https:/,
    website: /^https:/,
    gender: String,
    birthdate: /^\d{4}-\d{2}-\d{2}$/,
    zoneinfo: /^[A-Z][a-z]+\/[A-Za-z_]+$/,
    locale: /^[a-z]{2}(-[A-Z]{2})?$/,
    updated_at: Number,
  },
  email: { email: /^[^@\s]+@[^@\s]+$/, email_verified: Boolean },
  address: { address: Object },
  phone: { phone_number: String, phone_number_verified: Boolean },
} as const;

type Scope = keyof typeof claimsOf;

const allClaims = Object.values(claimsOf).flatMap((claims) => Object.keys(claims));

/** OpenID Connect Core §5.4: from userinfo; from the ID token where there is no access token. */
const claimsFrom = async (t: Test, given: Given, flow: Flow): Promise<Readonly<Record<string, unknown>>> => {
  const [token] = flow.accessTokens;
  return token === undefined ? lastIdToken(flow).claims : userinfo(t, given, token);
};

const scopeModule = (name: string, scopes: readonly Scope[]): Module => ({
  name,
  requirement: `the scope ${scopes.join(' ')} returns all of its claims, each of the right type, and no others`,
  async run(t, given) {
    const party = await registerParty(given, { scope: ['openid', ...scopes].join(' ') });
    const claims = await claimsFrom(t, given, await complete(t, given, party));
    const wanted = Object.assign({}, ...scopes.map((scope) => claimsOf[scope])) as Record<string, unknown>;
    t.match(claims, wanted);
    t.strictSame(allClaims.filter((claim) => claim in claims).sort(), Object.keys(wanted).sort());
  },
});

const callModule = (name: string, how: UserinfoCall, requirement: string): Module => ({
  name,
  requirement,
  async run(t, given) {
    const flow = await complete(t, given, await registerParty(given));
    t.ok(flow.accessTokens.length > 0);
    for (const token of flow.accessTokens) {
      t.equal((await userinfo(t, given, token, how)).sub, lastIdToken(flow).claims.sub);
    }
    const refused = await callUserinfo(given, 'no-token', how);
    t.equal(refused.status, 401);
  },
});

export const userinfoModules: readonly Module[] = [
  callModule('oidcc-userinfo-get', 'get', 'userinfo accepts a GET with the token in the header'),
  callModule('oidcc-userinfo-post-header', 'post-header', 'userinfo accepts a POST with the token in the header'),
  callModule('oidcc-userinfo-post-body', 'post-body', 'userinfo accepts a POST with the token in the body'),
  {
    name: 'oidcc-userinfo-rs256',
    requirement: 'a client that asks for it gets userinfo as a JWT that is signed with RS256 and only for this client',
    async run(t, given) {
      const party = await registerParty(given, { change: { userinfo_signed_response_alg: 'RS256' } });
      t.equal(party.registered.userinfo_signed_response_alg, 'RS256');
      const flow = await complete(t, given, party, { plainUserinfo: false });
      const reply = await callUserinfo(given, flow.accessTokens[0] ?? '');
      t.equal(reply.status, 200);
      t.match(reply.headers.get('content-type'), /^application\/jwt/);
      const { payload, protectedHeader } = await jwtVerify(
        await reply.text(),
        createLocalJWKSet(await serverKeys(given)),
        { issuer: given.server.issuer, audience: party.id },
      );
      t.equal(protectedHeader.alg, 'RS256');
      t.equal(payload.sub, lastIdToken(flow).claims.sub);
    },
  },
  scopeModule('oidcc-scope-profile', ['profile']),
  scopeModule('oidcc-scope-email', ['email']),
  scopeModule('oidcc-scope-address', ['address']),
  scopeModule('oidcc-scope-phone', ['phone']),
  scopeModule('oidcc-scope-all', ['profile', 'email', 'address', 'phone']),
  {
    name: 'oidcc-claims-essential',
    requirement: 'a claim that is requested by name is returned at userinfo or in the ID token, as requested',
    async run(t, given) {
      const party = await registerParty(given);
      const place = given.responseType === 'id_token' ? 'id_token' : 'userinfo';
      const change = { claims: JSON.stringify({ [place]: { name: { essential: true } } }) };
      const claims = await claimsFrom(t, given, await complete(t, given, party, { change }));
      t.type(claims.name, 'string');
      t.notOk('email' in claims);
    },
  },
];
