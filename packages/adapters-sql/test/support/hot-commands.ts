// The commands that requests wait for, each with the rows it needs, and unrelated rows.
import { type Stores, seconds, type TokenStore } from '@claviger/core';
import { fixtures } from '@claviger/core/contract';
import type postgres from 'postgres';

const { fullClientToken, fullCode, fullConsent, fullFlow, fullGrant, fullLoginSession, fullToken } = fixtures;
const { grantIdOf, hashOf, later, now } = fixtures;

/** Runs a command once, with its own rows. Returns what it found or whether it succeeded. */
export type HotCommand = (stores: Stores, index: number) => Promise<unknown>;

export interface HotCommandSpec {
  /** Prepares the rows that the command finds. */
  readonly prepare?: HotCommand;
  readonly run: HotCommand;
  readonly expected: unknown;
}

const grantId = (command: string, index: number): string => grantIdOf(`${command}-${index}`);
const key = (command: string, index: number, label = 'token') => {
  return { grantId: grantId(command, index), hash: hashOf(label) };
};
const grant = (command: string, index: number) => fullGrant({ id: grantId(command, index) });
const refreshToken = (command: string, index: number) =>
  fullToken({ key: key(command, index), kind: 'refresh', expiresAt: later(1000) });
const pair = (command: string, index: number, label: string) => [
  fullToken({ key: key(command, index, `${label}-access`) }),
  fullToken({ key: key(command, index, `${label}-refresh`), kind: 'refresh', expiresAt: later(2000) }),
];
const rotate = async (tokens: TokenStore, command: string, index: number, from: string, to: string) => {
  const rotation = { successors: pair(command, index, to), sealed: 'sealed', grace: seconds(30) };
  return (await tokens.rotateRefreshToken(key(command, index, from), rotation, now)).outcome;
};
const isFound = (found: unknown): boolean => found !== undefined;

export const hotCommands: Readonly<Record<string, HotCommandSpec>> = {
  createFlow: {
    run: ({ flows }, index) => flows.create(fullFlow({ id: `created-${index}` })),
    expected: undefined,
  },
  findFlow: {
    prepare: ({ flows }, index) => flows.create(fullFlow({ id: `found-${index}` })),
    run: async ({ flows }, index) => isFound(await flows.find(`found-${index}`, now)),
    expected: true,
  },
  replaceFlow: {
    prepare: ({ flows }, index) => flows.create(fullFlow({ id: `replaced-${index}`, version: 1 })),
    run: ({ flows }, index) => flows.replace(fullFlow({ id: `replaced-${index}`, version: 2 }), 1, now),
    expected: 'replaced',
  },
  createGrant: {
    run: ({ tokens }, index) => {
      const code = fullCode({ key: key('create', index) });
      return tokens.createGrant(grant('create', index), { code, tokens: [fullToken({ key: code.key })] });
    },
    expected: undefined,
  },
  findCode: {
    prepare: ({ tokens }, index) =>
      tokens.createGrant(grant('code', index), { code: fullCode({ key: key('code', index) }) }),
    run: async ({ tokens }, index) => isFound(await tokens.findCode(key('code', index), now)),
    expected: true,
  },
  redeemCode: {
    prepare: ({ tokens }, index) =>
      tokens.createGrant(grant('redeem', index), { code: fullCode({ key: key('redeem', index) }) }),
    run: ({ tokens }, index) => tokens.redeemCode(key('redeem', index), pair('redeem', index, 'bought'), now),
    expected: 'redeemed',
  },
  saveClientToken: {
    run: ({ tokens }, index) => tokens.saveClientToken(fullClientToken({ key: key('save', index) })),
    expected: undefined,
  },
  findToken: {
    prepare: ({ tokens }, index) => tokens.createGrant(grant('find', index), { tokens: [refreshToken('find', index)] }),
    run: async ({ tokens }, index) => isFound(await tokens.findToken(key('find', index), now)),
    expected: true,
  },
  removeToken: {
    prepare: ({ tokens }, index) =>
      tokens.createGrant(grant('remove', index), { tokens: [refreshToken('remove', index)] }),
    run: ({ tokens }, index) => tokens.removeToken(key('remove', index)),
    expected: true,
  },
  revokeGrant: {
    prepare: ({ tokens }, index) => tokens.createGrant(grant('revoke', index), {}),
    run: ({ tokens }, index) => tokens.revokeGrant(grantId('revoke', index), now),
    expected: true,
  },
  rotateFirst: {
    prepare: ({ tokens }, index) =>
      tokens.createGrant(grant('first', index), { tokens: [refreshToken('first', index)] }),
    run: ({ tokens }, index) => rotate(tokens, 'first', index, 'token', 'next'),
    expected: 'rotated',
  },
  rotateSuccessor: {
    prepare: async ({ tokens }, index) => {
      await tokens.createGrant(grant('second', index), { tokens: [refreshToken('second', index)] });
      await rotate(tokens, 'second', index, 'token', 'next');
    },
    run: ({ tokens }, index) => rotate(tokens, 'second', index, 'next-refresh', 'last'),
    expected: 'rotated',
  },
  saveLoginSession: {
    run: ({ loginSessions }, index) => loginSessions.save(fullLoginSession({ id: hashOf(`saved-${index}`) })),
    expected: undefined,
  },
  findLoginSession: {
    prepare: ({ loginSessions }, index) => loginSessions.save(fullLoginSession({ id: hashOf(`found-${index}`) })),
    run: async ({ loginSessions }, index) => isFound(await loginSessions.find(hashOf(`found-${index}`), now)),
    expected: true,
  },
  rememberConsent: {
    run: ({ consents }, index) =>
      consents.remember(fullConsent({ id: `remembered-${index}`, subject: `remembering-${index}` })),
    expected: undefined,
  },
  findConsents: {
    prepare: ({ consents }, index) =>
      consents.remember(fullConsent({ id: `found-${index}`, subject: `finding-${index}` })),
    run: async ({ consents }, index) => (await consents.findFor('app', `finding-${index}`, now)).length,
    expected: 1,
  },
  forgetConsents: {
    prepare: ({ consents }, index) =>
      consents.remember(fullConsent({ id: `forgotten-${index}`, subject: `forgetting-${index}` })),
    run: ({ consents }, index) => consents.forget({ clientId: 'app', subject: `forgetting-${index}` }),
    expected: 1,
  },
  revokeGrants: {
    prepare: ({ tokens }, index) =>
      tokens.createGrant({ ...grant('revoke-all', index), subject: `revoking-${index}` }, {}),
    run: ({ tokens }, index) => tokens.revokeGrants({ clientId: 'app', subject: `revoking-${index}` }, now),
    expected: 1,
  },
};

/** Rows `from` to `to` of one client, all alive, so that any index other than the key's leads to all of them. */
export const addStrangers = async (admin: postgres.Sql, from: number, to: number): Promise<void> => {
  const soon = later(100);
  const id = admin`substr(sha256(n::text::bytea), 1, 16)`;
  const hash = admin`sha256(n::text::bytea)`;
  const each = admin`generate_series(${from}::int, ${to}::int) AS n`;
  await admin`
    INSERT INTO flows (expires_at, version, id, client_id, subject, data)
    SELECT ${soon}::bigint + n, 1, 'stranger-' || n, 'app', 'stranger-' || n, '{}' FROM ${each}`;
  await admin`
    INSERT INTO grants (keep_until, id, client_id, subject, data)
    SELECT ${soon}::bigint + n, ${id}, 'app', 'stranger-' || n, '{}' FROM ${each}`;
  await admin`
    INSERT INTO codes (issued_at, expires_at, grant_id, hash, redirect_uri, code_challenge, nonce)
    SELECT ${now}::bigint, ${soon}::bigint + n, ${id}, ${hash}, '', '', '' FROM ${each}`;
  await admin`
    INSERT INTO tokens (issued_at, expires_at, grant_id, hash, kind)
    SELECT ${now}::bigint, ${soon}::bigint + n, ${id}, ${hash}, 'refresh' FROM ${each}`;
  await admin`
    INSERT INTO login_sessions (authenticated_at, expires_at, id, subject, acr)
    SELECT ${now}::bigint, ${soon}::bigint + n, ${hash}, 'stranger-' || n, '' FROM ${each}`;
  await admin`
    INSERT INTO consents (requested_at, expires_at, id, client_id, subject, data)
    SELECT ${now}::bigint, ${soon}::bigint + n, 'stranger-' || n, 'app', 'stranger-' || n, '{}' FROM ${each}`;
};
