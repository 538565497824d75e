// A Lua script: one atomic step on the server, which identifies it by the hash of its text.
import { createHash } from 'node:crypto';

export interface Script {
  /** The port method that it serves. */
  readonly name: string;
  readonly lua: string;
  /** SHA-1 in hexadecimal, for EVALSHA. */
  readonly sha: string;
}

export const script = (name: string, ...parts: readonly string[]): Script => {
  const lua = parts.join('\n').trim();
  return { name, lua, sha: createHash('sha1').update(lua).digest('hex') };
};
