// Grants, codes and tokens as rows of their tables.
import {
  type AuthorizationCode,
  type ClientToken,
  completeGrant,
  type EpochSeconds,
  type FoundToken,
  type Grant,
  type GrantToken,
} from '@claviger/core';
import type { Tables } from './tables.ts';

export type CodeRow = Tables['codes']['$inferSelect'];
type GrantRow = Tables['grants']['$inferSelect'];
export type TokenRow = Tables['tokens']['$inferSelect'];

type Issued = { readonly code?: AuthorizationCode | undefined; readonly tokens?: readonly GrantToken[] };

/** Later than the grant's own `keepUntil` if something that it issues is valid for longer. */
const keepUntilOf = ({ keepUntil }: Pick<Grant, 'keepUntil'>, { code, tokens = [] }: Issued): EpochSeconds =>
  Math.max(keepUntil, ...[...tokens, ...(code ? [code] : [])].map(({ expiresAt }) => expiresAt)) as EpochSeconds;

export const grantRow = ({ id, clientId, subject, acr, ...rest }: Grant, issued: Issued): GrantRow => {
  const data = Object.assign(rest, { acr: acr ?? '' });
  return { id, clientId, subject, data, keepUntil: keepUntilOf(data, issued), revokedAt: null, latest: null };
};

/** The columns that make up a grant. */
export type GrantContents = Pick<GrantRow, 'id' | 'clientId' | 'subject' | 'data'>;

/** Turns `data` into the grant, without a copy: it was just read, and nothing else refers to it. */
export const grantOf = ({ id, clientId, subject, data }: GrantContents): Grant =>
  completeGrant(Object.assign(data, { id, clientId, subject }));

// The columns are NOT NULL, and earlier releases read '' as absent.
// The members are spelled out: an object spread takes longer than everything else that happens to a row.
export const codeRow = ({
  key,
  redirectUri,
  codeChallenge,
  nonce,
  issuedAt,
  expiresAt,
}: AuthorizationCode): CodeRow => {
  const { grantId, hash } = key;
  return {
    grantId,
    hash,
    redirectUri: redirectUri ?? '',
    codeChallenge: codeChallenge ?? '',
    nonce: nonce ?? '',
    issuedAt,
    expiresAt,
    usedAt: null,
  };
};

export const codeOf = (row: CodeRow): AuthorizationCode => {
  const { grantId, hash, redirectUri, codeChallenge, nonce, issuedAt, expiresAt } = row;
  return {
    key: { grantId, hash },
    redirectUri: redirectUri || null,
    codeChallenge: codeChallenge || null,
    nonce: nonce || null,
    issuedAt,
    expiresAt,
  };
};

export const tokenRow = ({ key, kind, scope, audience, issuedAt, expiresAt }: GrantToken): TokenRow => ({
  grantId: key.grantId,
  hash: key.hash,
  kind,
  issuedAt,
  expiresAt,
  clientId: null,
  clientIncarnation: null,
  scope,
  audience,
  rotatedAt: null,
  sealed: null,
});

export const lastExpiry = (tokens: readonly GrantToken[]): number =>
  Math.max(0, ...tokens.map(({ expiresAt }) => expiresAt));

/** Undefined unless the tokens are exactly one refresh and one access token. */
export const successorsOf = (tokens: readonly GrantToken[]): { refresh: string; access: string } | undefined => {
  const refresh = tokens.find(({ kind }) => kind === 'refresh')?.key.hash;
  const access = tokens.find(({ kind }) => kind === 'access')?.key.hash;
  return tokens.length === 2 && refresh !== undefined && access !== undefined ? { refresh, access } : undefined;
};

/** null when empty, as for most tokens. */
const audienceColumn = ({ audience }: ClientToken): readonly string[] | null =>
  audience.length === 0 ? null : audience;

export const clientTokenRow = (token: ClientToken): TokenRow => {
  const { key, clientId, clientIncarnation, scope, issuedAt, expiresAt } = token;
  return {
    grantId: key.grantId,
    hash: key.hash,
    kind: 'access',
    clientId,
    clientIncarnation,
    scope,
    audience: audienceColumn(token),
    issuedAt,
    expiresAt,
    rotatedAt: null,
    sealed: null,
  };
};

/** Undefined when the token's grant was removed. */
export const foundToken = (row: Omit<TokenRow, 'sealed'>, grant: GrantContents | null): FoundToken | undefined => {
  const { grantId, hash, kind, scope, audience, clientId, clientIncarnation, issuedAt, expiresAt } = row;
  const key = { grantId, hash };
  if (clientId !== null) {
    const may = { scope: scope ?? [], audience: audience ?? [] };
    return { owner: 'client', token: { key, clientId, clientIncarnation, ...may, issuedAt, expiresAt } };
  }
  if (grant === null) return undefined;
  const token = { key, kind, scope, audience, issuedAt, expiresAt };
  return { owner: 'grant', token, rotated: row.rotatedAt !== null, grant: grantOf(grant) };
};
