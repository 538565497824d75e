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

/** Text that every database stores as it is: without control characters and lone surrogates. */
export const storable = (text: string): string =>
  text.slice(0, mostCharacters).replaceAll(/[\p{Cc}\p{Surrogate}]/gu, '\ufffd');

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

const fromOrigin = ({ id, address, adminKey }: Origin): Record<string, string> => ({
  ...(id === undefined ? {} : { request_id: storable(id) }),
  ...(address === '' ? {} : { address }),
  ...(adminKey === undefined ? {} : { admin_key: adminKey }),
});

export interface RecordOptions {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Returns what the record shows in place of a subject; undefined to leave it out. */
  readonly showSubject: (subject: string) => string | undefined;
}

export const toAuditRecord = (event: DomainEvent, { id, time, showSubject }: RecordOptions): AuditRecord => {
  const { type, origin, ...members } = event;
  // biome-ignore lint/style/noRestrictedGlobals: a moment as text, not the current time.
  const at = new Date(time).toISOString();
  const shown: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(members)) {
    const isEmpty = value === undefined || value === null || value === '';
    if (!isEmpty && name !== 'subject') shown[spelling[name] ?? name] = clean(value);
  }
  const { clientId } = event as { readonly clientId?: string };
  const { subject = '' } = event as { readonly subject?: string };
  // A client's own token has the client as its subject.
  const person = subject === '' || subject === clientId ? undefined : showSubject(subject);
  return {
    id,
    time: at,
    type,
    outcome: eventKinds[type].outcome,
    ...shown,
    ...(person === undefined ? {} : { subject: storable(person) }),
    ...(origin ? fromOrigin(origin) : {}),
  };
};
