// Retention of the audit table on Postgres: one statement.
import type { PruneAuditChain } from '../shared/audit-store.ts';
import type { PostgresPool } from './pool.ts';

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

export const pruneOnPostgres =
  (pool: Pick<PostgresPool, 'rows'>): PruneAuditChain =>
  async ({ chain, sequence, mac, time, keyId, seal }) => {
    const [row] = await pool.rows(prune, [chain, sequence, mac, time, keyId, seal]);
    return Number(row?.[0]);
  };
