// A name server that answers for some names, stays silent for others, and records the questions.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface NameServer {
  /** In the form that a resolver takes. */
  readonly address: string;
  /** Names in the order of the questions, including those for IPv6. */
  readonly asked: string[];
  stop(): void;
}

const nameIn = (query: Buffer): { readonly name: string; readonly end: number } => {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.subarray(at + 1, at + 1 + length).toString('latin1'));
    at += length + 1;
  }
  return { name: labels.join('.'), end: at + 1 };
};

/** `address` for questions about IPv4; an empty answer for all others. */
const answerTo = (query: Buffer, end: number, address: string): Buffer => {
  const isIpv4 = query.readUInt16BE(end) === 1;
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(isIpv4 ? 1 : 0, 6);
  header.writeUInt16BE(0, 8);
  header.writeUInt16BE(0, 10);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]);
  return Buffer.concat([header, query.subarray(12, end + 4), ...(isIpv4 ? [record] : [])]);
};

/** Names without an address are never answered. */
export const startNameServer = async (names: Readonly<Record<string, () => string>>): Promise<NameServer> => {
  const socket: Socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, { port, address: from }) => {
    const { name, end } = nameIn(query);
    asked.push(name);
    const address = names[name]?.();
    if (address !== undefined) socket.send(answerTo(query, end, address), port, from);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, asked, stop: () => socket.close() };
};
