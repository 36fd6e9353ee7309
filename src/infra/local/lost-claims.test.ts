import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import { claimsInFact, isListening } from './lost-claims.js';

const claim = (port: number) => ({
  fleet: 'default/edge',
  address: '127.0.0.1',
  port,
  transport: 'tcp' as const,
});
const bound =
  (...ports: readonly number[]) =>
  () =>
    Promise.resolve(
      ports.map((port) => ({ listener: 'l', address: '127.0.0.1', port, transport: 'tcp' as const })),
    );

describe('a port that was granted', () => {
  it('is held, lost, or not bound by anybody yet', async () => {
    const claims = [claim(1), claim(2), claim(3)];
    const listening = ({ port }: { readonly port: number }) => Promise.resolve(port !== 3);
    expect(await claimsInFact(claims, bound(1), listening)).toEqual({ held: [claim(1)], lost: [claim(2)] });
  });

  it('is not lost when the Envoy binds it just now', async () => {
    let envoy = bound();
    const listening = () => {
      envoy = bound(1);
      return Promise.resolve(true);
    };
    expect(await claimsInFact([claim(1)], () => envoy(), listening)).toEqual({ held: [claim(1)], lost: [] });
  });

  it('is listened on when a connection can be made', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await isListening(claim(port))).toBe(true);
    await new Promise((resolve) => server.close(resolve));
    expect(await isListening(claim(port))).toBe(false);
  });
});
