// The file of the admin listener's Unix socket: makes room for it before the server listens, and sets who may connect.
import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import type { AdminSocket } from './config/admin-socket.ts';

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

const statOf = async (path: string) => {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** Resolves to `undefined` if a process accepts connections, else to the code of the error. */
const errorOfConnection = (path: string): Promise<unknown> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', (error) => resolve(codeOf(error) ?? error));
  });

const failure = ({ path }: AdminSocket, reason: string): Error =>
  new Error(`Cannot listen on ${path} (CLAVIGER_ADMIN_SOCKET): ${reason}`);

/**
 * Removes the socket file of a process that was killed. Rejects if something else is at this path, or if a process still
 * listens there. Called once, before the first process of the server listens: workers share one socket.
 */
export const removeStaleSocket = async (socket: AdminSocket): Promise<void> => {
  const { path } = socket;
  const before = await statOf(path);
  if (before === undefined) return;
  if (!before.isSocket()) throw failure(socket, 'there is a file at this path that is not a socket.');
  const error = await errorOfConnection(path);
  if (error === undefined) throw failure(socket, 'another process listens there.');
  if (error === 'ENOENT') return;
  // Only this error means that nobody listens. A busy process or missing permissions have others.
  if (error !== 'ECONNREFUSED') throw failure(socket, `the socket at this path cannot be checked (${String(error)}).`);
  const after = await statOf(path);
  // If another server has replaced the file since then, listening fails, as it should.
  if (after?.ino === before.ino && after.mtimeNs === before.mtimeNs) await unlink(path);
};

/** The umask of the process lets only its own user connect until this has run. */
export const setSocketMode = ({ path, mode }: AdminSocket): Promise<void> => chmod(path, mode);
