// The command line with a server on Postgres.
import t from 'tap';
import { testEveryCommand } from './support/cli-journey.ts';

t.test('every command works against a guarded server, and directly on its stores', (t) =>
  testEveryCommand(t, 'Postgres alone'),
);
