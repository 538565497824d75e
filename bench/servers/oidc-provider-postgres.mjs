// A Postgres adapter for the peer: one table, one statement for each command, prepared; ten connections, as Claviger has.
import postgres from 'postgres';

/**
 * Ten clients of one connection each, in turn. One client of ten would cost the peer more with every statement: postgres.js
 * 3.4 drops its list of free connections only when none is free, and searches all of it until then.
 */
const tenConnections = (url) => {
  const clients = Array.from({ length: 10 }, () => postgres(url, { max: 1, onnotice: () => undefined }));
  let next = 0;
  const client = () => {
    next = (next + 1) % clients.length;
    return clients[next];
  };
  return Object.assign((...statement) => client()(...statement), { json: clients[0].json });
};

export const postgresAdapter = async (url) => {
  const sql = tenConnections(url);
  await sql`CREATE TABLE IF NOT EXISTS payloads (
    type text NOT NULL, id text NOT NULL, payload jsonb NOT NULL, grant_id text, user_code text, uid text,
    expires_at timestamptz, consumed_at timestamptz, PRIMARY KEY (id, type))`;
  await sql`CREATE INDEX IF NOT EXISTS payloads_of_grant ON payloads (grant_id)`;
  await sql`CREATE INDEX IF NOT EXISTS payloads_by_uid ON payloads (uid)`;

  const read = ([row]) => row && { ...row.payload, ...(row.consumed_at ? { consumed: true } : {}) };

  return class {
    constructor(type) {
      this.type = type;
    }

    async upsert(id, payload, expiresIn) {
      const expiry = expiresIn ? new Date(Date.now() + expiresIn * 1000) : null;
      const { grantId = null, userCode = null, uid = null } = payload;
      await sql`INSERT INTO payloads (type, id, payload, grant_id, user_code, uid, expires_at)
        VALUES (${this.type}, ${id}, ${sql.json(payload)}, ${grantId}, ${userCode}, ${uid}, ${expiry})
        ON CONFLICT (id, type) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id,
          user_code = excluded.user_code, uid = excluded.uid, expires_at = excluded.expires_at`;
    }

    async find(id) {
      return read(await sql`SELECT payload, consumed_at FROM payloads WHERE id = ${id} AND type = ${this.type}`);
    }

    async findByUid(uid) {
      return read(await sql`SELECT payload, consumed_at FROM payloads WHERE uid = ${uid} AND type = ${this.type}`);
    }

    async findByUserCode(code) {
      return read(
        await sql`SELECT payload, consumed_at FROM payloads WHERE user_code = ${code} AND type = ${this.type}`,
      );
    }

    async destroy(id) {
      await sql`DELETE FROM payloads WHERE id = ${id} AND type = ${this.type}`;
    }

    async revokeByGrantId(grantId) {
      await sql`DELETE FROM payloads WHERE grant_id = ${grantId}`;
    }

    async consume(id) {
      await sql`UPDATE payloads SET consumed_at = now() WHERE id = ${id} AND type = ${this.type}`;
    }
  };
};
