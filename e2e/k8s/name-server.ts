// A DNS server outside of the cluster's own: says what a test says of some names, and asks the cluster's of all others. Source: RFC 1035, 4.1.
import { createSocket } from 'node:dgram';
import { NODE_ADDRESS } from '../cluster/node/layout.js';

const PORT = 53;
const HEADER_BYTES = 12;
const [TYPE_A, CLASS_IN] = [1, 1];
/** Answer, with recursion; the code is the last digit. */
const [FOUND, NO_SUCH_NAME] = [0x8180, 0x8183];
const TTL_SECONDS = 1;
const QUESTION = 0xc00c;

export interface NameServer {
  /** IPv4 addresses by name; a name with none exists and has no address. */
  readonly names: Map<string, readonly string[]>;
  close(): void;
}

/** @param address of an interface, that nobody else answers on port 53 of @param zone everything below it is known here, or nowhere */
export async function startNameServer(address: string, zone: string): Promise<NameServer> {
  const names = new Map<string, readonly string[]>();
  const server = createSocket('udp4');
  server.on('message', (query, { address: from, port }) => {
    const { name, end } = questionOf(query);
    if (name.endsWith(`.${zone}`)) {
      server.send(answerTo(query, end, names.get(name)), port, from);
      return;
    }
    const cluster = createSocket('udp4');
    cluster.once('message', (answer) => {
      server.send(answer, port, from);
      cluster.close();
    });
    cluster.send(query, PORT, NODE_ADDRESS);
  });
  await new Promise<void>((resolve) => server.bind(PORT, address, resolve));
  return { names, close: () => server.close() };
}

/** The name that is asked for, in lower case, and where the question ends. */
function questionOf(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += length + 1;
  }
  // The empty label, type and class.
  return { name: labels.join('.'), end: at + 5 };
}

function answerTo(query: Buffer, end: number, addresses: readonly string[] | undefined): Buffer {
  const asksForA = query.readUInt16BE(end - 4) === TYPE_A;
  const records = asksForA ? (addresses ?? []).map(recordOf) : [];
  const head = Buffer.alloc(HEADER_BYTES);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(addresses === undefined ? NO_SUCH_NAME : FOUND, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, query.subarray(HEADER_BYTES, end), ...records]);
}

function recordOf(address: string): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(QUESTION, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(CLASS_IN, 4);
  record.writeUInt32BE(TTL_SECONDS, 6);
  record.writeUInt16BE(4, 10);
  for (const [i, byte] of address.split('.').entries()) record.writeUInt8(Number(byte), 12 + i);
  return record;
}
