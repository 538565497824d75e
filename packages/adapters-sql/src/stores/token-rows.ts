// Between the records of the token store and their rows.
import type { AuthorizationCode, ClientToken, FoundToken, Grant, GrantToken } from '@claviger/core';
import type { Values } from '../database.ts';
import type { codes, grants, tokens } from '../schema/sqlite.ts';

export type CodeRow = typeof codes.$inferSelect;
export type GrantRow = typeof grants.$inferSelect;
export type TokenRow = typeof tokens.$inferSelect;

/** `keepUntil` may be later than the grant's own: as long as something that it issued lives. */
export const grantRow = ({ id, clientId, subject, ...data }: Grant, keepUntil: number): Values => {
  return { id, clientId, subject, data, keepUntil, revokedAt: null };
};

export const grantOf = ({ id, clientId, subject, data }: GrantRow): Grant => ({ id, clientId, subject, ...data });

export const codeRow = ({ key, ...code }: AuthorizationCode): Values => ({ ...key, ...code, usedAt: null });

export const codeOf = ({ grantId, hash, usedAt, ...code }: CodeRow): AuthorizationCode => {
  return { key: { grantId, hash }, ...code };
};

export const tokenRow = ({ key, ...token }: GrantToken): Values => {
  return { ...key, ...token, clientId: null, rotatedAt: null, sealed: null };
};

export const clientTokenRow = ({ key, ...token }: ClientToken): Values => {
  return { ...key, ...token, kind: 'access', rotatedAt: null, sealed: null };
};

/** Undefined when the token's grant is gone. */
export const foundToken = (row: TokenRow, grant: GrantRow | null): FoundToken | undefined => {
  const { grantId, hash, kind, scope, clientId, issuedAt, expiresAt } = row;
  const key = { grantId, hash };
  if (clientId !== null) {
    return { owner: 'client', token: { key, clientId, scope: scope ?? [], issuedAt, expiresAt } };
  }
  if (grant === null) return undefined;
  const token = { key, kind, scope, issuedAt, expiresAt };
  return { owner: 'grant', token, rotated: row.rotatedAt !== null, grant: grantOf(grant) };
};
