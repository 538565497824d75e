// An event of core as the audit log shows it: the same members in the log line, in the table and in the admin API.
import type { DomainEvent, Origin } from '../../domain/event.ts';
import { eventKinds } from '../../domain/event-kinds.ts';
import type { JsonValue } from '../../domain/json.ts';

/** Unknown members are absent. The names are those of the admin API. */
export interface AuditRecord {
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly type: string;
  readonly outcome: 'done' | 'refused';
  readonly client_id?: string;
  readonly subject?: string;
  readonly [member: string]: JsonValue | undefined;
}

/** Characters of one member. Callers choose some of them, such as the id of an unknown client. */
const mostCharacters = 512;

/** Printable ASCII: nearly every text is. */
const isPlain = /^[\x20-\x7e]*$/;

/** Text that every database stores as it is: without control characters and lone surrogates. */
export const storable = (text: string): string =>
  text.length <= mostCharacters && isPlain.test(text)
    ? text
    : text.slice(0, mostCharacters).replaceAll(/[\p{Cc}\p{Surrogate}]/gu, '\ufffd');

/** Members whose name differs from that in the event. */
const spelling: Readonly<Record<string, string>> = {
  clientId: 'client_id',
  grantId: 'grant_id',
  grantType: 'grant_type',
  keyId: 'key_id',
  withRefreshToken: 'with_refresh_token',
  withIdToken: 'with_id_token',
  error: 'reason',
};

const clean = (value: JsonValue): JsonValue =>
  Array.isArray(value) ? value.map(clean) : typeof value === 'string' ? storable(value) : value;

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Members that some events have. */
interface Named {
  readonly clientId: string;
  readonly subject: string;
}

const treatedApart: ReadonlySet<string> = new Set(['type', 'origin', 'subject']);

const addOrigin = (record: Record<string, JsonValue | undefined>, { id, address, adminKey }: Origin): void => {
  if (id !== undefined) record.request_id = storable(id);
  if (address !== '') record.address = address;
  if (adminKey !== undefined) record.admin_key = adminKey;
};

export interface RecordOptions {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Returns what the record shows in place of a subject; undefined to leave it out. */
  readonly showSubject: (subject: string) => string | undefined;
}

/** One object, filled in the order in which people read it: copies would cost more than everything else here. */
export const toAuditRecord = (event: DomainEvent, { id, time, showSubject }: RecordOptions): AuditRecord => {
  const { type, clientId, subject = '', origin } = event as DomainEvent & Partial<Named>;
  // biome-ignore lint/style/noRestrictedGlobals: a moment as text, not the current time.
  const at = new Date(time).toISOString();
  const record: Mutable<AuditRecord> & Record<string, JsonValue | undefined> = {
    id,
    time: at,
    type,
    outcome: eventKinds[type].outcome,
  };
  const members = event as unknown as Readonly<Record<string, JsonValue>>;
  for (const name in members) {
    const value = members[name];
    const isEmpty = value === undefined || value === null || value === '';
    if (!isEmpty && !treatedApart.has(name)) record[spelling[name] ?? name] = clean(value);
  }
  // A client's own token has the client as its subject.
  const person = subject === '' || subject === clientId ? undefined : showSubject(subject);
  if (person !== undefined) record.subject = storable(person);
  if (origin) addOrigin(record, origin);
  return record;
};
