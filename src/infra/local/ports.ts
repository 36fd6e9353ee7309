import { createSocket } from 'node:dgram';
import { createServer, isIPv6 } from 'node:net';
import type { Transport } from './claims.js';
import { at, string } from './json.js';

/** Whether an address and port can be had now: `free`, or the system's error code. */
export type Probe = (address: string, port: number, transport: Transport) => Promise<'free' | (string & {})>;

/**
 * Binds and releases. Without SO_REUSEPORT, which Envoy's own listeners use: with it, a port that another Envoy of this user holds would seem free, and the system
 * would split its connections between the two without a word.
 */
export const probePort: Probe = (address, port, transport) =>
  transport === 'udp' ? probeUdpPort(address, port) : probeTcpPort(address, port);

const probeTcpPort = (address: string, port: number): ReturnType<Probe> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(string(at(error, 'code')) ?? 'UNKNOWN'));
    server.listen({ host: address, port, exclusive: true, ipv6Only: isIPv6(address) }, () => {
      server.close(() => resolve('free'));
    });
  });

const probeUdpPort = (address: string, port: number): ReturnType<Probe> =>
  new Promise((resolve) => {
    const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', ipv6Only: isIPv6(address) });
    socket.once('error', (error) => {
      socket.close();
      resolve(string(at(error, 'code')) ?? 'UNKNOWN');
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.close(() => resolve('free'));
    });
  });

/** A port on 127.0.0.1 that is free now: `preferred` if it is. */
export async function freeLoopbackPort(preferred: number): Promise<number> {
  if (preferred > 0 && (await probeTcpPort('127.0.0.1', preferred)) === 'free') return preferred;
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
