// Crash safety: SIGKILL in the middle of a load of token requests. Every token that a client received is active afterwards.
import t from 'tap';
import { startServer } from './support/start-server.ts';

const clients = 8;
const killAfter = 150;

t.test('a token whose response a client received survives SIGKILL', async (t) => {
  const server = await startServer(t);
  const create = await fetch(`${server.adminUrl}/clients`, {
    method: 'POST',
    body: JSON.stringify({
      client_id: 'load',
      client_secret: 'load-secret',
      grant_types: ['client_credentials'],
      scope: 'a',
    }),
  });
  t.equal(create.status, 201);

  const received: string[] = [];
  let killed = false;
  const ask = async (): Promise<void> => {
    while (!killed) {
      try {
        const reply = await fetch(`${server.publicUrl}/oauth2/token`, {
          method: 'POST',
          headers: { authorization: `Basic ${btoa('load:load-secret')}` },
          body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'a' }),
        });
        const { access_token: token } = (await reply.json()) as { access_token: string };
        received.push(token);
      } catch (error) {
        if (!killed) throw error;
      }
      if (received.length >= killAfter && !killed) {
        killed = true;
        await server.kill('SIGKILL');
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, ask));
  t.ok(received.length >= killAfter, `${received.length} tokens were received before the end`);

  const again = await startServer(t, { dataFolder: server.dataFolder, ports: [server.publicPort, server.adminPort] });
  const states = await Promise.all(
    received.map(async (token) => {
      const reply = await fetch(`${again.adminUrl}/oauth2/introspect`, {
        method: 'POST',
        body: new URLSearchParams({ token }),
      });
      return ((await reply.json()) as { active: boolean }).active;
    }),
  );
  t.equal(states.filter((active) => !active).length, 0, 'no token is lost');
});
