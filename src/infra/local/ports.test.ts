import { afterEach, describe, expect, it } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import { freeLoopbackPort, probePort } from './ports.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function occupy(address: string): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

describe('asking for a port', () => {
  it('says free, and leaves it free', async () => {
    const port = await freeLoopbackPort(0);
    expect(await probePort('127.0.0.1', port, 'tcp')).toBe('free');
    expect(await probePort('127.0.0.1', port, 'tcp')).toBe('free');
  });

  it('says that somebody listens there', async () => {
    const port = await occupy('127.0.0.1');
    expect(await probePort('127.0.0.1', port, 'tcp')).toBe('EADDRINUSE');
    expect(await probePort('127.0.0.2', port, 'tcp')).toBe('free');
  });

  it('notices who listens on all addresses', async () => {
    expect(await probePort('127.0.0.1', await occupy('0.0.0.0'), 'tcp')).toBe('EADDRINUSE');
  });

  it('keeps IPv6 apart from IPv4', async () => {
    expect(await probePort('::', await occupy('127.0.0.1'), 'tcp')).toBe('free');
  });

  it('says that the address is not of this machine', async () => {
    expect(await probePort('192.0.2.1', 0, 'tcp')).toBe('EADDRNOTAVAIL');
  });
});

describe('a free port on loopback', () => {
  it('is the preferred one while that is free', async () => {
    const preferred = await freeLoopbackPort(0);
    expect(await freeLoopbackPort(preferred)).toBe(preferred);
    const taken = await occupy('127.0.0.1');
    expect(await freeLoopbackPort(taken)).not.toBe(taken);
  });
});

describe('a port of UDP', () => {
  it('is another than that of TCP with the same number, and is taken by whoever has bound it', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const { port } = socket.address();
    expect(await probePort('127.0.0.1', port, 'udp')).toBe('EADDRINUSE');
    expect(await probePort('127.0.0.1', port, 'tcp')).toBe('free');
    await new Promise<void>((resolve) => socket.close(resolve));
    expect(await probePort('127.0.0.1', port, 'udp')).toBe('free');
  });
});
