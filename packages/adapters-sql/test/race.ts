// Two processes race for the same codes and refresh tokens. This file starts them, and it is also the program that they run.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type AuthorizationCode, type GrantToken, seconds, type TokenStore } from '@claviger/core';
import { fixtures } from '@claviger/core/contract';
import { openSqliteStores } from '../src/index.ts';

const { fullCode, fullGrant, fullToken, grantIdOf, hashOf, now } = fixtures;

/** At even positions the race is for the code, at odd ones for the refresh token. */
export const grantsOfRace = Array.from({ length: 60 }, (_, index) => fullGrant({ id: grantIdOf(`race${index}`) }));

export const issuedInRace = (grantId: string): { code: AuthorizationCode; refresh: GrantToken } => ({
  code: fullCode({ key: { grantId, hash: hashOf('code') } }),
  refresh: fullToken({ key: { grantId, hash: hashOf('refresh') }, kind: 'refresh' }),
});

interface Message {
  readonly applied?: readonly string[];
  readonly outcomes?: readonly string[];
}

interface Racer {
  /** The applied migrations first and then, after `go`, the outcome of each grant. Members are undefined if it died. */
  next(): Promise<Message>;
  go(): void;
}

const self = fileURLToPath(import.meta.url);

export const startRacer = (file: string): Racer => {
  const child = fork(self, [file]);
  return {
    next: () =>
      new Promise((resolve, reject) => {
        child.once('message', (message: Message) => resolve(message));
        child.once('exit', () => reject(new Error('The racer has ended.')));
      }),
    go: () => child.send('go'),
  };
};

const raceFor = async (tokens: TokenStore, grantId: string, index: number): Promise<string> => {
  const { code, refresh } = issuedInRace(grantId);
  if (index % 2 === 0) return tokens.redeemCode(code.key, [], now);
  const rotation = { successors: [], sealed: 'sealed', grace: seconds(0) };
  return (await tokens.rotateRefreshToken(refresh.key, rotation, now)).outcome;
};

const race = async (file: string): Promise<void> => {
  const { stores, migrate, close } = await openSqliteStores({ file });
  const { applied } = await migrate();
  const started = new Promise((resolve) => process.once('message', resolve));
  process.send?.({ applied });
  await started;
  const outcomes: string[] = [];
  for (const [index, { id }] of grantsOfRace.entries()) outcomes.push(await raceFor(stores.tokens, id, index));
  await close();
  process.send?.({ outcomes });
};

const [, program, file] = process.argv;
if (program === self && file !== undefined) await race(file);
