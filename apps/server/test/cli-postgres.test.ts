// The command line with a server on Postgres.
import t from 'tap';
import {
  givenAnOperator,
  testAdminKeys,
  testAuditEvents,
  testClients,
  testKeys,
  testTokens,
} from './support/cli-journey.ts';

t.test('every command works against a guarded server, and directly on its stores', async (t) => {
  const operator = await givenAnOperator(t, 'Postgres alone');
  for (const way of ['remote', 'direct'] as const) {
    t.comment(way);
    const run = operator[way];
    await testClients(t, run);
    await testKeys(t, run);
    await testAdminKeys(t, run, operator.server);
    await testTokens(t, operator, run);
    await testAuditEvents(t, run);
  }
});
