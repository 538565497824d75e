// docs/redis.md lists every key that the adapter writes.
import { readFileSync } from 'node:fs';
import { fixtures } from '@claviger/core/contract';
import t from 'tap';
import { Keys } from '../src/keys.ts';

const keys = new Keys('');
const token = { grantId: 'grant', hash: fixtures.hashOf('token') };

/** One example for each member of Keys: the compiler asks for those of a new member. */
const examples: { readonly [Name in keyof Keys]: readonly string[] } = {
  grant: [keys.grant('grant')],
  accessTokens: [keys.accessTokens('grant')],
  token: [keys.token(token)],
  code: [keys.code(token)],
  sealed: [keys.sealed('grant')],
  flow: [keys.flow('flow')],
  pendingFlows: [keys.pendingFlows()],
  rate: [keys.rate('token', 'client 192.0.2.1')],
  lease: [keys.lease('name')],
  claim: [keys.claim('name')],
  loginSession: [keys.loginSession('session')],
  consents: [keys.consents('digest')],
  consenting: [keys.consenting('client', 'digest')],
  allConsenting: keys.allConsenting('client'),
  adminKeys: [keys.adminKeys()],
  // A part of a key.
  shardOfClient: [],
  clients: [keys.clients('0')],
  clientIds: [keys.clientIds('0')],
  keySet: [keys.keySet('set')],
  ofClient: [keys.ofClient('flows', 'client', 'member'), keys.ofClient('grants', 'client', 'member')],
  allOfClient: keys.allOfClient('grants', 'client'),
  ofSubject: (['flows', 'grants', 'sessions'] as const).map((what) => keys.ofSubject(what, 'subject')),
};

const kindOf = (key: string): string => key.split(':')[0] ?? '';

t.test('the table of docs/redis.md has every kind of key, and no other', async (t) => {
  const page = readFileSync(new URL('../../../../docs/redis.md', import.meta.url), 'utf8');
  const [, section = ''] = page.split('\n## Keys\n');
  const [table = ''] = section.split('\n## ');
  const documented = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, key = '']) => key).filter((key) => key !== 'f' && key !== '{f}'),
  );
  const written = Object.values(examples).flat();
  t.strictSame([...new Set(documented.map(kindOf))].sort(), [...new Set(written.map(kindOf))].sort());
});
