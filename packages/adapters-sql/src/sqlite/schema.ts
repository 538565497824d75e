// The tables as drizzle sees them in SQLite. migrations/sqlite creates them and explains them; a test compares the two.
import type { AdminScope, ChainHead, Consent, EpochSeconds, Flow, Grant, GrantToken, Hashed } from '@claviger/core';
import { customType, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bytes, json, type LatestRotation, latestRotation } from '../shared/encodings.ts';
import type { StoredMetadata } from '../shared/stored-metadata.ts';

const id = customType<{ data: string; driverData: Buffer }>({ dataType: () => 'blob', ...bytes });

const hash = customType<{ data: Hashed; driverData: Buffer }>({
  dataType: () => 'blob',
  toDriver: bytes.toDriver,
  fromDriver: (stored) => bytes.fromDriver(stored) as Hashed,
});

const rotation = customType<{ data: LatestRotation | null; driverData: Buffer | null }>({
  dataType: () => 'blob',
  ...latestRotation,
});

const jsonText = <T>(name: string) =>
  customType<{ data: T; driverData: string | null }>({
    dataType: () => 'text',
    toDriver: json.toDriver,
    fromDriver: (stored) => json.fromDriver(stored) as T,
  })(name);

const moment = (name: string) => integer(name).$type<EpochSeconds>();

export const adminKeys = sqliteTable('admin_keys', {
  id: text('id').notNull().primaryKey(),
  hash: hash('hash').notNull(),
  name: text('name').notNull(),
  scopes: jsonText<readonly AdminScope[]>('scopes').notNull(),
  createdAt: moment('created_at').notNull(),
  expiresAt: moment('expires_at'),
});

export const clients = sqliteTable('clients', {
  id: text('id').notNull().primaryKey(),
  version: integer('version').notNull(),
  secretHash: text('secret_hash').notNull(),
  metadata: jsonText<StoredMetadata>('metadata').notNull(),
  /** null: the previous release created the client. */
  incarnation: text('incarnation'),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
});

/** `clientId` and `subject` repeat what is in `data`, to select by. */
export const flows = sqliteTable('flows', {
  id: text('id').notNull().primaryKey(),
  version: integer('version').notNull(),
  clientId: text('client_id').notNull(),
  subject: text('subject').notNull(),
  expiresAt: moment('expires_at').notNull(),
  data: jsonText<Omit<Flow, 'id' | 'version' | 'expiresAt'>>('data').notNull(),
});

export const pendingFlows = sqliteTable('pending_flows', {
  holder: text('holder').notNull().primaryKey(),
  waiting: integer('waiting').notNull(),
  expiresAt: moment('expires_at').notNull(),
});

export const consents = sqliteTable('consents', {
  id: text('id').notNull().primaryKey(),
  clientId: text('client_id').notNull(),
  subject: text('subject').notNull(),
  requestedAt: moment('requested_at').notNull(),
  expiresAt: moment('expires_at'),
  data: jsonText<Omit<Consent, 'id' | 'clientId' | 'subject' | 'requestedAt' | 'expiresAt'>>('data').notNull(),
});

export const leases = sqliteTable('leases', {
  name: hash('name').notNull().primaryKey(),
  holder: text('holder').notNull(),
  until: moment('until').notNull(),
});

export const loginSessions = sqliteTable('login_sessions', {
  id: hash('id').notNull().primaryKey(),
  subject: text('subject').notNull(),
  authenticatedAt: moment('authenticated_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
  acr: text('acr').notNull(),
});

export const keys = sqliteTable(
  'keys',
  {
    set: text('set_name').notNull(),
    kid: text('kid').notNull(),
    position: integer('position').notNull(),
    sealedJwk: text('sealed_jwk').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.set, table.kid] })],
);

export const grants = sqliteTable('grants', {
  id: id('id').notNull().primaryKey(),
  clientId: text('client_id').notNull(),
  subject: text('subject').notNull(),
  revokedAt: moment('revoked_at'),
  keepUntil: moment('keep_until').notNull(),
  data: jsonText<Omit<Grant, 'id' | 'clientId' | 'subject'>>('data').notNull(),
  latest: rotation('latest'),
});

export const codes = sqliteTable(
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
  (table) => [primaryKey({ columns: [table.grantId, table.hash] })],
);

export const tokens = sqliteTable(
  'tokens',
  {
    grantId: id('grant_id').notNull(),
    hash: hash('hash').notNull(),
    kind: text('kind').$type<GrantToken['kind']>().notNull(),
    issuedAt: moment('issued_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
    /** Set for a client's own token; null for a token of a grant. */
    clientId: text('client_id'),
    clientIncarnation: text('client_incarnation'),
    scope: jsonText<readonly string[]>('scope'),
    audience: jsonText<readonly string[]>('audience'),
    rotatedAt: moment('rotated_at'),
    sealed: text('sealed'),
  },
  (table) => [primaryKey({ columns: [table.grantId, table.hash] })],
);

/** `time`: milliseconds since 1970, unlike the moments of the other tables. */
export const auditEvents = sqliteTable(
  'audit_events',
  {
    chain: text('chain').notNull(),
    sequence: integer('sequence').notNull(),
    time: integer('time').notNull(),
    type: text('type').notNull(),
    clientId: text('client_id'),
    subject: text('subject'),
    data: text('data').notNull(),
    keyId: text('key_id').notNull(),
    previous: text('previous').notNull(),
    mac: text('mac').notNull(),
  },
  (table) => [primaryKey({ columns: [table.chain, table.sequence] })],
);

export const auditCheckpoints = sqliteTable('audit_checkpoints', {
  number: integer('number').notNull().primaryKey(),
  time: integer('time').notNull(),
  heads: jsonText<readonly ChainHead[]>('heads').notNull(),
  previous: text('previous').notNull(),
  keyId: text('key_id').notNull(),
  seal: text('seal').notNull(),
});

export const auditAnchors = sqliteTable('audit_anchors', {
  chain: text('chain').notNull().primaryKey(),
  sequence: integer('sequence').notNull(),
  time: integer('time').notNull(),
  mac: text('mac').notNull(),
  keyId: text('key_id').notNull(),
  seal: text('seal').notNull(),
});
