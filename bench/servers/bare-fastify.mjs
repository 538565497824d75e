// What Fastify alone can do: an answer of a given size from memory, and an answer after one insert into Postgres.
import { randomBytes } from 'node:crypto';
import { fastify } from 'fastify';
import postgres from 'postgres';

const sql = postgres(process.env.BARE_POSTGRES, { max: 10, onnotice: () => undefined });
await sql`CREATE TABLE IF NOT EXISTS rows (id bytea PRIMARY KEY, at bigint NOT NULL, what text NOT NULL)`;

const app = fastify({ logger: false });
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
const texts = new Map(
  process.env.BARE_SIZES.split(',').map((size) => [size, JSON.stringify({ text: 'x'.repeat(Number(size) - 11) })]),
);
app.get('/bytes/:size', async (request, reply) => {
  reply.header('content-type', 'application/json; charset=utf-8');
  return texts.get(request.params.size);
});
app.post('/insert', async () => {
  await sql`INSERT INTO rows (id, at, what) VALUES (${randomBytes(32)}, ${Date.now()}, 'api')`;
  return { access_token: randomBytes(32).toString('base64url'), expires_in: 3600, scope: 'api', token_type: 'bearer' };
});
await app.listen({ host: '127.0.0.1', port: Number(process.env.BARE_PORT) });
