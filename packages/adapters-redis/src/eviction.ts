// Refuses a server that may evict live records when its memory is full.
import type { Connection } from './connection.ts';

/** The server is configured so that it may lose live tokens. */
export class EvictionPolicyError extends Error {
  override readonly name = 'EvictionPolicyError';
}

/** Rejects with EvictionPolicyError. Uses INFO, because managed servers refuse CONFIG. */
export const refuseEviction = async (connection: Connection): Promise<void> => {
  for (const reply of await connection.onEachMaster('info', 'memory')) {
    const { maxmemory, maxmemory_policy: policy } = fieldsOf(String(reply));
    if (policy === undefined) {
      throw new EvictionPolicyError(
        'Redis does not tell its maxmemory-policy (INFO memory), so live tokens may be dropped when its memory is full. ' +
          'Make sure that it is noeviction, and allow eviction explicitly.',
      );
    }
    // Without a limit nothing is ever evicted. A server that does not report the limit may have one.
    if (maxmemory !== '0' && policy !== 'noeviction') {
      throw new EvictionPolicyError(
        `Redis has maxmemory-policy ${policy}: when its memory is full it drops live tokens, sessions and the marks of ` +
          'used codes. Set maxmemory-policy noeviction, or allow eviction explicitly.',
      );
    }
  }
};

const fieldsOf = (info: string): Readonly<Record<string, string>> =>
  Object.fromEntries(info.split('\r\n').map((line) => [line.split(':')[0], line.slice(line.indexOf(':') + 1)]));
