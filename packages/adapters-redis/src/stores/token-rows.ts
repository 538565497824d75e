// Converts between records of the token store and their texts in Redis. The texts are short, because there are many. Lists
// have a fixed order; new elements are only added at the end.
import {
  type AuthorizationCode,
  type ClientToken,
  type EpochSeconds,
  epochSeconds,
  type FoundToken,
  type Grant,
  type GrantToken,
  type TokenKey,
} from '@claviger/core';
import { blanksOf, splitAtBlanks } from './blanks.ts';

/** The owners, the time until which index entries last, and the rest. */
export const grantText = (grant: Grant, indexedUntil: EpochSeconds): string => {
  const { subjectIdentifier, requestedScope, scope, requestedAudience, audience, session } = grant;
  const { authenticatedAt, requestedAt, acr, createdAt, keepUntil } = grant;
  const { accessToken, idToken } = session;
  const rest = [
    requestedScope,
    scope,
    accessToken,
    idToken,
    authenticatedAt,
    requestedAt,
    acr ?? '',
    createdAt,
    keepUntil,
    subjectIdentifier,
    requestedAudience,
    audience,
    grant.clientIncarnation,
    ...(grant.userinfoClaims ? [grant.userinfoClaims] : []),
  ];
  return [JSON.stringify(grant.clientId), JSON.stringify(grant.subject), indexedUntil, JSON.stringify(rest)].join('\n');
};

export const grantOf = (id: string, text: string): Grant => {
  const [clientId = '', subject = '', , rest = ''] = text.split('\n');
  const [
    requestedScope,
    scope,
    accessToken,
    idToken,
    authenticatedAt,
    requestedAt,
    acr,
    createdAt,
    keepUntil,
    subjectIdentifier,
    // Absent in grants that were stored before audiences existed.
    requestedAudience = [],
    audience = [],
    // Absent in grants that were stored before clients had incarnations.
    clientIncarnation = null,
    userinfoClaims,
  ] = JSON.parse(rest);
  return {
    id,
    clientId: JSON.parse(clientId),
    clientIncarnation,
    subject: JSON.parse(subject),
    subjectIdentifier,
    requestedScope,
    scope,
    requestedAudience,
    audience,
    session: { accessToken, idToken },
    ...(userinfoClaims ? { userinfoClaims } : {}),
    authenticatedAt,
    requestedAt,
    acr: acr || null,
    createdAt,
    keepUntil,
  };
};

const row = (kind: string, { issuedAt, expiresAt }: Lifetime, data: string): string =>
  `${kind} ${issuedAt} ${expiresAt} ${data}`;

interface Lifetime {
  readonly issuedAt: EpochSeconds;
  readonly expiresAt: EpochSeconds;
}

const rowOf = (text: string): { kind: string; lifetime: Lifetime; data: string } => {
  const [, kind = '', issued, expires, data = ''] = /^(\w) (\S+) (\S+) (.*)$/s.exec(text) ?? [];
  const lifetime = { issuedAt: epochSeconds(Number(issued)), expiresAt: epochSeconds(Number(expires)) };
  return { kind, lifetime, data };
};

/** '' stands for null, as earlier releases read and write it. */
export const codeText = (code: AuthorizationCode): string =>
  row('0', code, JSON.stringify([code.redirectUri ?? '', code.codeChallenge ?? '', code.nonce ?? '']));

export const codeOf = (key: TokenKey, text: string): { code: AuthorizationCode; used: boolean } => {
  const { kind, lifetime, data } = rowOf(text);
  const [redirectUri, codeChallenge, nonce] = JSON.parse(data);
  const { grantId, hash } = key;
  const code = {
    key: { grantId, hash },
    redirectUri: redirectUri || null,
    codeChallenge: codeChallenge || null,
    nonce: nonce || null,
    ...lifetime,
  };
  return { code, used: kind === '1' };
};

/** Most tokens have the grant's audience. For the others, `data` is an object with the differences. */
export const tokenText = (token: GrantToken): string => {
  const { kind, scope, audience } = token;
  const narrow = scope === null ? '' : JSON.stringify(scope);
  return row(kind === 'access' ? 'a' : 'r', token, audience === null ? narrow : JSON.stringify({ scope, audience }));
};

export const clientTokenText = (token: ClientToken): string => {
  const { clientId, clientIncarnation, scope, audience } = token;
  const data = audience.length === 0 ? [clientId, ...scope] : { clientId, scope, audience };
  return row('c', token, `${JSON.stringify(data)}${blanksOf(clientIncarnation ?? '')}`);
};

const grantTokenData = (data: string): Pick<GrantToken, 'scope' | 'audience'> => {
  const read = data === '' ? null : JSON.parse(data);
  return read === null || Array.isArray(read) ? { scope: read, audience: null } : read;
};

const clientTokenData = (data: string): Omit<ClientToken, 'key' | keyof Lifetime> => {
  const { json, text } = splitAtBlanks(data);
  const clientIncarnation = text === '' ? null : text;
  const read = JSON.parse(json);
  if (!Array.isArray(read)) return { clientIncarnation, ...read };
  const [clientId, ...scope] = read;
  return { clientId, clientIncarnation, scope, audience: [] };
};

/** Undefined if the token's grant does not exist. */
export const foundToken = ({ grantId, hash }: TokenKey, text: string, grant?: string): FoundToken | undefined => {
  const { kind, lifetime, data } = rowOf(text);
  const key = { grantId, hash };
  if (kind === 'c') {
    return { owner: 'client', token: { key, ...clientTokenData(data), ...lifetime } };
  }
  if (grant === undefined) return undefined;
  const token: GrantToken = {
    key,
    kind: kind === 'a' ? 'access' : 'refresh',
    ...grantTokenData(data),
    ...lifetime,
  };
  return { owner: 'grant', token, rotated: kind === 'R', grant: grantOf(grantId, grant) };
};
