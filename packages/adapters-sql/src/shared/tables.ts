// The tables of both databases, declared once with the column types of each. The migrations create the tables and explain
// them; tests compare the declarations with the migrated tables of both databases.
import type { AdminScope, ChainHead, GrantToken, StoredConsent, StoredFlow, StoredGrant } from '@claviger/core';
import type { ColumnTypes } from '../postgres/column-types.ts';
import type { StoredMetadata } from './stored-metadata.ts';

/** The tables, as the stores use them. */
export type Tables = ReturnType<typeof declareTables>;

export const declareTables = (types: ColumnTypes) => ({
  ...clientTables(types),
  ...flowTables(types),
  ...tokenTables(types),
  ...auditTables(types),
  ...keyTables(types),
});

const clientTables = ({ table, text, textOrNull, integer, moment, jsonText }: ColumnTypes) => ({
  clients: table('clients', {
    id: text('id').notNull().primaryKey(),
    version: integer('version').notNull(),
    secretHash: text('secret_hash').notNull(),
    metadata: jsonText<StoredMetadata>('metadata').notNull(),
    /** null: the previous release created the client. */
    incarnation: textOrNull('incarnation'),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  }),
});

const flowTables = ({ table, hash, text, integer, moment, jsonText }: ColumnTypes) => ({
  /** `clientId` and `subject` repeat what is in `data`, to select by. */
  flows: table('flows', {
    id: text('id').notNull().primaryKey(),
    version: integer('version').notNull(),
    clientId: text('client_id').notNull(),
    subject: text('subject').notNull(),
    expiresAt: moment('expires_at').notNull(),
    data: jsonText<Omit<StoredFlow, 'id' | 'version' | 'expiresAt'>>('data').notNull(),
  }),
  pendingFlows: table('pending_flows', {
    holder: text('holder').notNull().primaryKey(),
    waiting: integer('waiting').notNull(),
    expiresAt: moment('expires_at').notNull(),
  }),
  consents: table('consents', {
    id: text('id').notNull().primaryKey(),
    clientId: text('client_id').notNull(),
    subject: text('subject').notNull(),
    requestedAt: moment('requested_at').notNull(),
    expiresAt: moment('expires_at'),
    data: jsonText<Omit<StoredConsent, 'id' | 'clientId' | 'subject' | 'requestedAt' | 'expiresAt'>>('data').notNull(),
  }),
  loginSessions: table('login_sessions', {
    id: hash('id').notNull().primaryKey(),
    subject: text('subject').notNull(),
    authenticatedAt: moment('authenticated_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    acr: text('acr').notNull(),
  }),
});

const tokenTables = (types: ColumnTypes) => ({
  grants: grantTable(types),
  codes: codeTable(types),
  tokens: tokenTable(types),
});

const grantTable = ({ table, id, text, moment, jsonText, rotation }: ColumnTypes) =>
  table('grants', {
    id: id('id').notNull().primaryKey(),
    clientId: text('client_id').notNull(),
    subject: text('subject').notNull(),
    revokedAt: moment('revoked_at'),
    keepUntil: moment('keep_until').notNull(),
    data: jsonText<Omit<StoredGrant, 'id' | 'clientId' | 'subject'>>('data').notNull(),
    latest: rotation('latest'),
  });

const codeTable = ({ table, primaryKey, id, hash, text, moment }: ColumnTypes) =>
  table(
    'codes',
    {
      grantId: id('grant_id').notNull(),
      hash: hash('hash').notNull(),
      redirectUri: text('redirect_uri').notNull(),
      codeChallenge: text('code_challenge').notNull(),
      nonce: text('nonce').notNull(),
      issuedAt: moment('issued_at').notNull(),
      expiresAt: moment('expires_at').notNull(),
      usedAt: moment('used_at'),
    },
    ({ grantId, hash: hashColumn }) => [primaryKey({ columns: [grantId, hashColumn] })],
  );

const tokenTable = ({ table, primaryKey, id, hash, text, textOrNull, moment, jsonText }: ColumnTypes) =>
  table(
    'tokens',
    {
      grantId: id('grant_id').notNull(),
      hash: hash('hash').notNull(),
      kind: text('kind').$type<GrantToken['kind']>().notNull(),
      issuedAt: moment('issued_at').notNull(),
      expiresAt: moment('expires_at').notNull(),
      /** Set for a client's own token; null for a token of a grant. */
      clientId: textOrNull('client_id'),
      clientIncarnation: textOrNull('client_incarnation'),
      scope: jsonText<readonly string[]>('scope'),
      audience: jsonText<readonly string[]>('audience'),
      rotatedAt: moment('rotated_at'),
      sealed: textOrNull('sealed'),
    },
    ({ grantId, hash: hashColumn }) => [primaryKey({ columns: [grantId, hashColumn] })],
  );

/** `time`: milliseconds since 1970, unlike the moments of the other tables. */
const auditTables = ({ table, primaryKey, text, textOrNull, long, jsonText }: ColumnTypes) => ({
  auditEvents: table(
    'audit_events',
    {
      chain: text('chain').notNull(),
      sequence: long('sequence').notNull(),
      time: long('time').notNull(),
      type: text('type').notNull(),
      clientId: textOrNull('client_id'),
      subject: textOrNull('subject'),
      data: text('data').notNull(),
      keyId: text('key_id').notNull(),
      previous: text('previous').notNull(),
      mac: text('mac').notNull(),
    },
    ({ chain, sequence }) => [primaryKey({ columns: [chain, sequence] })],
  ),
  auditCheckpoints: table('audit_checkpoints', {
    number: long('number').notNull().primaryKey(),
    time: long('time').notNull(),
    heads: jsonText<readonly ChainHead[]>('heads').notNull(),
    previous: text('previous').notNull(),
    keyId: text('key_id').notNull(),
    seal: text('seal').notNull(),
  }),
  auditAnchors: table('audit_anchors', {
    chain: text('chain').notNull().primaryKey(),
    sequence: long('sequence').notNull(),
    time: long('time').notNull(),
    mac: text('mac').notNull(),
    keyId: text('key_id').notNull(),
    seal: text('seal').notNull(),
  }),
});

const keyTables = ({ table, primaryKey, hash, text, integer, moment, jsonText }: ColumnTypes) => ({
  adminKeys: table('admin_keys', {
    id: text('id').notNull().primaryKey(),
    hash: hash('hash').notNull(),
    name: text('name').notNull(),
    scopes: jsonText<readonly AdminScope[]>('scopes').notNull(),
    createdAt: moment('created_at').notNull(),
    expiresAt: moment('expires_at'),
  }),
  keys: table(
    'keys',
    {
      set: text('set_name').notNull(),
      kid: text('kid').notNull(),
      position: integer('position').notNull(),
      sealedJwk: text('sealed_jwk').notNull(),
      createdAt: moment('created_at').notNull(),
    },
    ({ set, kid }) => [primaryKey({ columns: [set, kid] })],
  ),
  leases: table('leases', {
    name: hash('name').notNull().primaryKey(),
    holder: text('holder').notNull(),
    until: moment('until').notNull(),
  }),
});
