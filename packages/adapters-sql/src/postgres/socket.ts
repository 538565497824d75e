// A connected socket to a Postgres server, with TLS if configured. Opened here and not by the driver for three reasons: one
// time limit for all steps, a clear error if the server has no TLS, and a socket that can be destroyed.
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { PostgresAddress } from './url.ts';

/** SSLRequest (PostgreSQL documentation, Message Formats): length 8, code 80877103. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** Rejects after `timeoutMs`, and then leaves nothing open. `opened` receives each socket immediately. */
export const openPostgresSocket = (
  { target, tls }: Pick<PostgresAddress, 'target' | 'tls'>,
  timeoutMs: number,
  opened: (socket: Socket) => void,
): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const plain = connect(target);
    opened(plain);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      plain.destroy();
      reject(error);
    };
    const done = (socket: Socket): void => {
      clearTimeout(timer);
      // The driver notices later errors. Without a listener an error would end the process.
      socket.on('error', () => undefined);
      resolve(socket);
    };
    const timer = setTimeout(() => fail(new Error(`No connection within ${timeoutMs} ms.`)), timeoutMs);
    plain.setNoDelay(true);
    plain.on('error', fail);
    plain.once('close', () => fail(new Error('The server closed the connection.')));
    plain.once('connect', () => {
      if (!tls) return done(plain);
      plain.write(sslRequest);
      plain.once('data', (answer) => {
        if (answer.toString('latin1') !== 'S') {
          fail(new Error('The server does not offer TLS; sslmode=disable in the URL does without.'));
          return;
        }
        const encrypted = connectTls({ ...tls, socket: plain });
        opened(encrypted);
        encrypted.once('error', fail);
        encrypted.once('secureConnect', () => done(encrypted));
      });
    });
  });
