// The Unix socket that the admin listener can have in place of a TCP port.
import { resolve } from 'node:path';
import { isAdminGuarded } from './admin-guard.ts';
import type { Values } from './variables.ts';

export interface AdminSocket {
  /** Absolute. */
  readonly path: string;
  /** Permission bits of the socket file. */
  readonly mode: number;
}

/** null: the admin listener has a TCP port. */
export const adminSocketOf = ({ adminSocket, adminSocketMode: mode }: Values): AdminSocket | null =>
  adminSocket === null ? null : { path: resolve(adminSocket), mode };

/** unix(7): `sun_path` has 108 bytes on Linux with the zero at its end. A longer path would be truncated silently. */
const longestPath = 107;

const writableByOthers = 0o002;

/** One sentence for each setting that does not fit the socket. */
export const adminSocketProblems = (values: Values): readonly string[] => {
  const socket = adminSocketOf(values);
  if (socket === null) return [];
  const problems: string[] = [];
  if (Buffer.byteLength(socket.path) > longestPath) {
    problems.push(
      `CLAVIGER_ADMIN_SOCKET must be at most ${longestPath} bytes long as an absolute path. The system allows no more.`,
    );
  }
  if (values.adminHost !== '127.0.0.1') {
    problems.push(
      'CLAVIGER_ADMIN_SOCKET and CLAVIGER_ADMIN_HOST are both set. With a socket, the admin listener has no TCP port. Set only one of them.',
    );
  }
  if (values.adminTlsCertFile !== null || values.adminTlsKeyFile !== null) {
    problems.push(
      'CLAVIGER_ADMIN_SOCKET and CLAVIGER_ADMIN_TLS_CERT_FILE or CLAVIGER_ADMIN_TLS_KEY_FILE are set. The socket speaks plain http. Set only one of them.',
    );
  }
  if ((socket.mode & writableByOthers) !== 0 && !isAdminGuarded(values) && !values.openAdmin) {
    problems.push(
      'CLAVIGER_ADMIN_SOCKET_MODE lets every user of this machine connect, and the admin API requires no key. Use 0660, or set CLAVIGER_ADMIN_KEY.',
    );
  }
  return problems;
};
