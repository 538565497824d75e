// Lists the events of the audit table in pages.
import { type AuditCursor, type AuditFilter, oauthError, type SealedAuditEvent } from '@claviger/core';
import type { AdminApp } from '../admin-app.ts';
import { listAuditEvents } from './audit.operations.ts';
import { notFound, replyError } from './error-body.ts';

/** Reads the audit table. */
export interface AuditReader {
  /** Newest first. null where there is no audit table. */
  list(filter: AuditFilter, after: AuditCursor | null, limit: number): Promise<readonly SealedAuditEvent[] | null>;
}

type Query = Readonly<Record<string, string | undefined>>;

const defaultSize = 100;
const mostSize = 1000;
const mostTypes = 20;

const badParameter = (name: string, right: string) =>
  oauthError('invalid_request', `The parameter "${name}" must be ${right}.`);

/** The last of a repeated parameter counts. */
const readQuery = (query: unknown): Query =>
  Object.fromEntries(
    Object.entries((query ?? {}) as Record<string, unknown>).map(([name, value]) => {
      const text = [value].flat().at(-1);
      return [name, typeof text === 'string' && text !== '' ? text : undefined];
    }),
  );

const readTime = (query: Query, name: 'since' | 'until'): number | undefined => {
  const text = query[name];
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw badParameter(name, 'a time of RFC 3339, such as 2026-01-31T12:00:00Z');
  return time;
};

const readSize = ({ page_size: size = String(defaultSize) }: Query): number => {
  const rows = /^\d{1,4}$/.test(size) ? Number(size) : 0;
  if (rows < 1 || rows > mostSize) throw badParameter('page_size', `a whole number from 1 to ${mostSize}`);
  return rows;
};

const readFilter = (query: Query): AuditFilter => {
  const { type, client_id: clientId, subject } = query;
  const types = type?.split(',');
  if (types && types.length > mostTypes) throw badParameter('type', `at most ${mostTypes} types, separated by commas`);
  const [since, until] = [readTime(query, 'since'), readTime(query, 'until')];
  return {
    ...(types ? { types } : {}),
    ...(clientId === undefined ? {} : { clientId }),
    ...(subject === undefined ? {} : { subject }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
};

/** A position in the order of events. It is not secret. */
const tokenOf = ({ time, chain, sequence }: AuditCursor): string =>
  Buffer.from(JSON.stringify([time, chain, sequence])).toString('base64url');

const readToken = ({ page_token: token }: Query): AuditCursor | null => {
  if (token === undefined) return null;
  try {
    const [time, chain, sequence]: unknown[] = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Number.isSafeInteger(time) && Number.isSafeInteger(sequence) && /^[\w-]{1,64}$/.test(String(chain))) {
      return { time: Number(time), chain: String(chain), sequence: Number(sequence) };
    }
  } catch {
    // Answered below.
  }
  throw badParameter('page_token', 'the next_page_token of an earlier answer');
};

/** A row that was tampered with may contain any text. */
const dataOf = (data: string): object => {
  try {
    const parsed: unknown = JSON.parse(data);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
};

const present = ({ time, type, clientId, subject, data, chain, sequence }: SealedAuditEvent): object => ({
  ...dataOf(data),
  time: new Date(time).toISOString(),
  type,
  ...(clientId === null ? {} : { client_id: clientId }),
  ...(subject === null ? {} : { subject }),
  chain,
  sequence,
});

export const auditRoute = (app: AdminApp, audit: AuditReader | undefined): void => {
  app.get('/admin/audit/events', { scope: 'read', operation: listAuditEvents }, async (request, reply) => {
    const query = readQuery(request.query);
    const size = readSize(query);
    const events = await audit?.list(readFilter(query), readToken(query), size + 1);
    if (!events)
      return replyError(reply, {
        ...notFound,
        hint: 'There is no audit table: no store is an SQL database, or the table is turned off.',
      });
    const page = events.slice(0, size);
    const last = events.length > size ? page.at(-1) : undefined;
    return { events: page.map(present), ...(last ? { next_page_token: tokenOf(last) } : {}) };
  });
};
