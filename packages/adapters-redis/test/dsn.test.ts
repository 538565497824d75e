// DSNs: the meaning of each form, and the errors for wrong ones.
import t from 'tap';
import { parseRedisDsn } from '../src/dsn.ts';

const nobody = { tls: false };
const host = (name: string, port: number) => ({ host: name, port });

const good: readonly (readonly [string, object])[] = [
  ['redis://localhost', { kind: 'single', ...nobody, node: host('localhost', 6379), db: 0 }],
  ['redis://10.0.0.7:7000/', { kind: 'single', ...nobody, node: host('10.0.0.7', 7000), db: 0 }],
  ['redis://[::1]:7000/3', { kind: 'single', ...nobody, node: host('::1', 7000), db: 3 }],
  [
    'rediss://app:s%40c%2Fret:x@redis.example.com',
    { kind: 'single', tls: true, username: 'app', password: 's@c/ret:x', node: host('redis.example.com', 6379), db: 0 },
  ],
  ['redis://:pass/w@rd@h', { kind: 'single', ...nobody, password: 'pass/w@rd', node: host('h', 6379), db: 0 }],
  [
    'redis+sentinel://a,b:1,[::1]/my%20master/2',
    {
      kind: 'sentinel',
      ...nobody,
      sentinels: [host('a', 26379), host('b', 1), host('::1', 26379)],
      master: 'my master',
      db: 2,
    },
  ],
  [
    'rediss+cluster://app:secret@a:1,b',
    { kind: 'cluster', tls: true, username: 'app', password: 'secret', nodes: [host('a', 1), host('b', 6379)] },
  ],
];

t.test('each form names its hosts, database, master and credentials', async (t) => {
  for (const [dsn, target] of good) t.strictSame(parseRedisDsn(dsn), target, dsn);
});

const bad: readonly (readonly [string, RegExp])[] = [
  ['', /starts with redis/],
  ['postgres://u:hunter2@h', /starts with redis/],
  ['REDIS://:hunter2@h', /starts with redis/],
  ['redis+foo://:hunter2@h', /starts with redis/],
  ['redis://:hunter2@', /is not a host/],
  ['redis://:hunter2@h:port', /"h:port" is not a host/],
  ['redis://:hunter2@h:70000', /70000 is not a valid port/],
  ['redis://:hunter2@h/db', /database is not a number/],
  ['redis://:hunter2@h/1/2', /database is not a number/],
  ['redis://:hunter2@h?db=1', /no query/],
  ['redis://hunter2@h', /no colon/],
  ['redis://:hunter2%@h', /password is not percent-encoded/],
  ['redis://:hunter2@a,b', /Several hosts/],
  ['redis+sentinel://:hunter2@a', /name of the master/],
  ['redis+cluster://:hunter2@a/1', /database 0 only/],
  ['redis+cluster://:hunter2@a,,b', /"" is not a host/],
];

t.test('an error names the fault and never shows the password', async (t) => {
  for (const [dsn, message] of bad) {
    t.throws(() => parseRedisDsn(dsn), { name: 'RedisDsnError', message }, dsn);
    try {
      parseRedisDsn(dsn);
    } catch (error) {
      t.notMatch(String(error instanceof Error && error.stack), /hunter2/);
    }
  }
});
