// The tables as drizzle sees them in Postgres. The shared stores are typed by them, and sqlite/schema.ts has the same rows.
// migrations/postgres creates them and explains them; tests compare all three.
import type { AdminScope, ChainHead, Consent, EpochSeconds, Flow, Grant, GrantToken, Hashed } from '@claviger/core';
import { bigint, customType, integer, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import {
  bytes,
  json,
  type LatestRotation,
  latestRotation,
  textWithoutNul,
  textWithoutNulOrNull,
} from '../shared/encodings.ts';
import type { StoredMetadata } from '../shared/stored-metadata.ts';

/** The tables, as the stores use them. */
export type Tables = {
  readonly adminKeys: typeof adminKeys;
  readonly auditAnchors: typeof auditAnchors;
  readonly auditCheckpoints: typeof auditCheckpoints;
  readonly auditEvents: typeof auditEvents;
  readonly clients: typeof clients;
  readonly flows: typeof flows;
  readonly pendingFlows: typeof pendingFlows;
  readonly consents: typeof consents;
  readonly leases: typeof leases;
  readonly loginSessions: typeof loginSessions;
  readonly keys: typeof keys;
  readonly grants: typeof grants;
  readonly codes: typeof codes;
  readonly tokens: typeof tokens;
};

const id = customType<{ data: string; driverData: Buffer }>({ dataType: () => 'bytea', ...bytes });

const hash = customType<{ data: Hashed; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: bytes.toDriver,
  fromDriver: (stored) => bytes.fromDriver(stored) as Hashed,
});

const text = customType<{ data: string; driverData: string | null }>({
  dataType: () => 'text',
  toDriver: textWithoutNul,
});

const textOrNull = customType<{ data: string; driverData: string | null }>({
  dataType: () => 'text',
  toDriver: textWithoutNulOrNull,
});

const rotation = customType<{ data: LatestRotation | null; driverData: Buffer | null }>({
  dataType: () => 'bytea',
  ...latestRotation,
});

/** JSON as text: jsonb would reorder members and refuse an escaped NUL, and no statement selects by its contents. */
const jsonText = <T>(name: string) =>
  customType<{ data: T; driverData: string | null }>({
    dataType: () => 'text',
    toDriver: json.toDriver,
    fromDriver: (stored) => json.fromDriver(stored) as T,
  })(name);

const moment = (name: string) => bigint(name, { mode: 'number' }).$type<EpochSeconds>();

export const adminKeys = pgTable('admin_keys', {
  id: text('id').notNull().primaryKey(),
  hash: hash('hash').notNull(),
  name: text('name').notNull(),
  scopes: jsonText<readonly AdminScope[]>('scopes').notNull(),
  createdAt: moment('created_at').notNull(),
  expiresAt: moment('expires_at'),
});

export const clients = pgTable('clients', {
  id: text('id').notNull().primaryKey(),
  version: integer('version').notNull(),
  secretHash: text('secret_hash').notNull(),
  metadata: jsonText<StoredMetadata>('metadata').notNull(),
  /** null: the previous release created the client. */
  incarnation: textOrNull('incarnation'),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
});

/** `clientId` and `subject` repeat what is in `data`, to select by. */
export const flows = pgTable('flows', {
  id: text('id').notNull().primaryKey(),
  version: integer('version').notNull(),
  clientId: text('client_id').notNull(),
  subject: text('subject').notNull(),
  expiresAt: moment('expires_at').notNull(),
  data: jsonText<Omit<Flow, 'id' | 'version' | 'expiresAt'>>('data').notNull(),
});

export const pendingFlows = pgTable('pending_flows', {
  holder: text('holder').notNull().primaryKey(),
  waiting: integer('waiting').notNull(),
  expiresAt: moment('expires_at').notNull(),
});

export const consents = pgTable('consents', {
  id: text('id').notNull().primaryKey(),
  clientId: text('client_id').notNull(),
  subject: text('subject').notNull(),
  requestedAt: moment('requested_at').notNull(),
  expiresAt: moment('expires_at'),
  data: jsonText<Omit<Consent, 'id' | 'clientId' | 'subject' | 'requestedAt' | 'expiresAt'>>('data').notNull(),
});

export const leases = pgTable('leases', {
  name: hash('name').notNull().primaryKey(),
  holder: text('holder').notNull(),
  until: moment('until').notNull(),
});

export const loginSessions = pgTable('login_sessions', {
  id: hash('id').notNull().primaryKey(),
  subject: text('subject').notNull(),
  authenticatedAt: moment('authenticated_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
  acr: text('acr').notNull(),
});

export const keys = pgTable(
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

export const grants = pgTable('grants', {
  id: id('id').notNull().primaryKey(),
  clientId: text('client_id').notNull(),
  subject: text('subject').notNull(),
  revokedAt: moment('revoked_at'),
  keepUntil: moment('keep_until').notNull(),
  data: jsonText<Omit<Grant, 'id' | 'clientId' | 'subject'>>('data').notNull(),
  latest: rotation('latest'),
});

export const codes = pgTable(
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

export const tokens = pgTable(
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
  (table) => [primaryKey({ columns: [table.grantId, table.hash] })],
);

/** `time`: milliseconds since 1970, unlike the moments of the other tables. */
export const auditEvents = pgTable(
  'audit_events',
  {
    chain: text('chain').notNull(),
    sequence: bigint('sequence', { mode: 'number' }).notNull(),
    time: bigint('time', { mode: 'number' }).notNull(),
    type: text('type').notNull(),
    clientId: textOrNull('client_id'),
    subject: textOrNull('subject'),
    data: text('data').notNull(),
    keyId: text('key_id').notNull(),
    previous: text('previous').notNull(),
    mac: text('mac').notNull(),
  },
  (table) => [primaryKey({ columns: [table.chain, table.sequence] })],
);

export const auditCheckpoints = pgTable('audit_checkpoints', {
  number: bigint('number', { mode: 'number' }).notNull().primaryKey(),
  time: bigint('time', { mode: 'number' }).notNull(),
  heads: jsonText<readonly ChainHead[]>('heads').notNull(),
  previous: text('previous').notNull(),
  keyId: text('key_id').notNull(),
  seal: text('seal').notNull(),
});

export const auditAnchors = pgTable('audit_anchors', {
  chain: text('chain').notNull().primaryKey(),
  sequence: bigint('sequence', { mode: 'number' }).notNull(),
  time: bigint('time', { mode: 'number' }).notNull(),
  mac: text('mac').notNull(),
  keyId: text('key_id').notNull(),
  seal: text('seal').notNull(),
});
