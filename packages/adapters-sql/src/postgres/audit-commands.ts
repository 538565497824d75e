// The commands that change the audit table on Postgres, each one statement.
import type { AuditCommands } from '../shared/audit-store.ts';
import { columnsOf } from './columns.ts';
import { isUniqueViolation } from './failures.ts';
import type { PostgresPool } from './pool.ts';
import { tables } from './schema.ts';

const event = columnsOf(
  tables.auditEvents,
  'chain',
  'sequence',
  'time',
  'type',
  'clientId',
  'subject',
  'data',
  'keyId',
  'previous',
  'mac',
);

const append = `
INSERT INTO audit_events (${event.names})
SELECT * FROM unnest(${event.parameters()})`;

const prune = `
WITH kept AS (
  INSERT INTO audit_anchors (chain, sequence, mac, time, key_id, seal)
  VALUES ($1::text, $2::bigint, $3::text, $4::bigint, $5::text, $6::text)
  ON CONFLICT (chain) DO UPDATE
  SET sequence = excluded.sequence, mac = excluded.mac, time = excluded.time, key_id = excluded.key_id, seal = excluded.seal
  WHERE audit_anchors.sequence < excluded.sequence
  RETURNING chain, sequence
), removed AS (
  DELETE FROM audit_events AS events USING kept
  WHERE events.chain = kept.chain AND events.sequence <= kept.sequence
  RETURNING 1
)
SELECT count(*)::integer FROM removed`;

export const postgresAuditCommands = (pool: Pick<PostgresPool, 'rows'>): AuditCommands => ({
  async append(events) {
    try {
      await pool.rows(append, event.arrays(events.map((each) => event.encode(each))));
      return 'appended';
    } catch (error) {
      if (isUniqueViolation(error)) return 'exists';
      throw error;
    }
  },

  async prune({ chain, sequence, mac, time, keyId, seal }) {
    const [row] = await pool.rows(prune, [chain, sequence, mac, time, keyId, seal]);
    return Number(row?.[0]);
  },
});
