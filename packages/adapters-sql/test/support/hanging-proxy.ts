// A network between the stores and their server that can drop everything without notifying either side.
import { connect, createServer, type Socket } from 'node:net';

export interface HangingProxy {
  readonly port: number;
  /** From now on nothing gets through, on existing and on new connections. */
  hang(): void;
  /** New connections work again; those that hang stay that way. */
  heal(): void;
  close(): void;
}

export const startHangingProxy = async (target: number): Promise<HangingProxy> => {
  const sockets = new Set<Socket>();
  let hanging = false;
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => undefined);
    if (hanging) return;
    const far = connect(target, '127.0.0.1');
    sockets.add(far);
    far.on('error', () => undefined);
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    hang: () => {
      hanging = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    heal: () => {
      hanging = false;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};
