// Between the records of the token store and their rows.
import {
  type AuthorizationCode,
  type ClientToken,
  completeGrant,
  type FoundToken,
  type Grant,
  type GrantToken,
} from '@claviger/core';
import type { Tables } from '../postgres/schema.ts';
import type { Values } from './database.ts';

export type CodeRow = Tables['codes']['$inferSelect'];
type GrantRow = Tables['grants']['$inferSelect'];
export type TokenRow = Tables['tokens']['$inferSelect'];

type Issued = { readonly code?: AuthorizationCode | undefined; readonly tokens?: readonly GrantToken[] };

/** May be later than the grant's own: as long as something that it issues lives. */
export const keepUntilOf = ({ keepUntil }: Pick<Grant, 'keepUntil'>, { code, tokens = [] }: Issued): number =>
  Math.max(keepUntil, ...[...tokens, ...(code ? [code] : [])].map(({ expiresAt }) => expiresAt));

export const grantRow = ({ id, clientId, subject, ...data }: Grant, issued: Issued): Values => {
  return { id, clientId, subject, data, keepUntil: keepUntilOf(data, issued), revokedAt: null };
};

/** What of a grant's row makes the grant. */
export type GrantContents = Pick<GrantRow, 'id' | 'clientId' | 'subject' | 'data'>;

/** `data` has just been read, and is nobody else's: it becomes the grant. */
export const grantOf = ({ id, clientId, subject, data }: GrantContents): Grant =>
  completeGrant(Object.assign(data, { id, clientId, subject }));

export const codeRow = ({ key, ...code }: AuthorizationCode): Values => ({ ...key, ...code, usedAt: null });

export const codeOf = ({ grantId, hash, usedAt, ...code }: CodeRow): AuthorizationCode => {
  return { key: { grantId, hash }, ...code };
};

export const tokenRow = ({ key, ...token }: GrantToken): Values => {
  return { ...key, ...token, clientId: null, clientIncarnation: null, rotatedAt: null, sealed: null };
};

export const lastExpiry = (tokens: readonly GrantToken[]): number =>
  Math.max(0, ...tokens.map(({ expiresAt }) => expiresAt));

/** Undefined when there are others than one refresh and one access token. */
export const successorsOf = (tokens: readonly GrantToken[]): { refresh: string; access: string } | undefined => {
  const refresh = tokens.find(({ kind }) => kind === 'refresh')?.key.hash;
  const access = tokens.find(({ kind }) => kind === 'access')?.key.hash;
  return tokens.length === 2 && refresh !== undefined && access !== undefined ? { refresh, access } : undefined;
};

/** Most tokens have none, and the column is empty. */
export const audienceColumn = ({ audience }: ClientToken): readonly string[] | null =>
  audience.length === 0 ? null : audience;

export const clientTokenRow = (token: ClientToken): Values => {
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

/** Undefined when the token's grant is gone. */
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
