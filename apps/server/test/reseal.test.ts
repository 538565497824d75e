// `reseal`, run as an operator does: change the system secret, seal again, remove the old secret.
import { join } from 'node:path';
import t from 'tap';
import { freePorts } from './support/free-port.ts';
import { runServer, startServer, temporaryFolder } from './support/start-server.ts';

const [older, newer] = ['the older system secret', 'the newer system secret'];

t.test(
  'after reseal the older system secret is not needed; before that, a server without it is not ready and says why',
  async (t) => {
    const folder = temporaryFolder(t);
    const [publicPort = 0, adminPort = 0] = await freePorts(2);
    const settings = (secrets: string) => ({
      CLAVIGER_DSN: `sqlite:${join(folder, 'claviger.sqlite')}`,
      CLAVIGER_SYSTEM_SECRET: secrets,
    });
    const start = (secrets: string) =>
      startServer(t, { settings: settings(secrets), dataFolder: folder, ports: [publicPort, adminPort] });
    const jwks = async () => (await fetch(`http://127.0.0.1:${publicPort}/.well-known/jwks.json`)).json();

    const first = await start(older);
    const before = await jwks();
    await first.stop();

    const names = {
      CLAVIGER_PUBLIC_PORT: `${publicPort}`,
      CLAVIGER_ADMIN_PORT: `${adminPort}`,
      CLAVIGER_DATA_DIR: folder,
    };
    const unready = runServer(t, { ...settings(newer), ...names });
    let body = '';
    while (!body.includes('system secret')) {
      body = await fetch(`http://127.0.0.1:${adminPort}/health/ready`).then(
        (reply) => reply.text(),
        () => '',
      );
    }
    t.match(JSON.parse(body), { errors: { keys: /reseal/ } });
    t.match(
      await runServer(t, settings(newer), ['reseal']).exited,
      { code: 1 },
      'the old secret is missing, while a server runs',
    );
    const resealed = runServer(t, settings(`${newer},${older}`), ['reseal']);
    t.match(await resealed.exited, { code: 0 }, resealed.output());
    t.match(resealed.output(), /Encrypted again with the first system secret: [1-9]/);
    await unready.kill('SIGTERM');

    const last = await start(newer);
    t.same(await jwks(), before);
    const events = await fetch(`${last.adminUrl}/admin/audit/events?type=SecretsResealed`);
    t.match(await events.json(), { events: [{ type: 'SecretsResealed', outcome: 'done', keys: Number }] });
  },
);
