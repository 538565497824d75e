// Closes an app: requests that have arrived are answered, and idle connections do not delay the end.
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';

/** `isDraining`: the app closes soon, so replies tell clients to close their connections. */
export const closeGracefully = (app: FastifyInstance, isDraining: () => boolean): void => {
  let closing = false;
  const connections = openConnections(app);
  app.addHook('preClose', async () => {
    closing = true;
    // Browsers and balancers open connections in advance. Node.js treats those as busy, and would wait for them.
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  });
  // An idle connection would delay `close` until it times out. So replies close their connections from now on (RFC 9112 §9.6).
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing || isDraining()) reply.header('connection', 'close');
    done();
  });
};

const openConnections = (app: FastifyInstance): ReadonlySet<Socket> => {
  const connections = new Set<Socket>();
  // With TLS, the socket with the decrypted bytes. The other socket has already read the handshake.
  const event = app.server instanceof TlsServer ? 'secureConnection' : 'connection';
  app.server.on(event, (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  return connections;
};
