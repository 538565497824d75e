// The database file is moved away from a running server: the server logs it, is not ready, and refuses to write.
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startServer, temporaryFolder } from './support/start-server.ts';

t.test('a moved database file: 503 until it is back', async (t) => {
  const file = join(temporaryFolder(t), 'claviger.sqlite');
  const server = await startServer(t, { settings: { CLAVIGER_DSN: `sqlite:${file}` } });
  const create = (id: string) =>
    fetch(`${server.adminUrl}/clients`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: id }),
    });
  const ready = async () => (await fetch(`${server.adminUrl}/health/ready`)).status;
  t.equal((await create('before')).status, 201);
  renameSync(file, `${file}.away`);
  t.equal((await create('during-outage')).status, 503);
  // The result of a check of the file is cached for half a second.
  while ((await ready()) === 200) await sleep(50);
  t.equal((await fetch(`${server.adminUrl}/health/alive`)).status, 200);
  while (!server.output().includes('database file was deleted or moved')) await sleep(20);
  renameSync(`${file}.away`, file);
  t.equal((await create('after')).status, 201);
  t.equal(await ready(), 200);
});
