import { describe, expect, it } from '@jest/globals';
import { observePorts, type PortQuestion } from './port-observations.js';
import { CLAIMED } from './machine-claims.js';
import type { Probe } from './ports.js';

const question: PortQuestion = {
  fleet: 'default/edge',
  addresses: ['127.0.0.1', '::1'],
  transport: 'tcp',
  ports: [80, 443],
  portOffset: 0,
  claims: [],
};

const answer =
  (errno: string, on: string): Probe =>
  (address, port) =>
    Promise.resolve(`${address} ${port}` === on ? errno : 'free');

describe('the port of a listener', () => {
  it('is bound when it is free on every address', async () => {
    expect(await observePorts(question, answer('', ''))).toEqual({
      80: { bound: true },
      443: { bound: true },
    });
  });

  it('that another process holds on one address is refused, and its neighbours are not', async () => {
    expect(await observePorts(question, answer('EADDRINUSE', '::1 443'))).toEqual({
      80: { bound: true },
      443: {
        bound: false,
        reason: 'PortUnavailable',
        message: 'port 443 on ::1 is in use by another process',
      },
    });
  });

  it('that needs a privilege is refused with the way around it', async () => {
    expect(await observePorts(question, answer('EACCES', '127.0.0.1 80'))).toMatchObject({
      80: {
        bound: false,
        message:
          'this user may not bind port 80 on 127.0.0.1; start with --port-offset 8000 to use port 8080 instead',
      },
    });
  });

  it('is told by its own number and asked for with the offset', async () => {
    const offset = { ...question, portOffset: 8000 };
    expect(await observePorts(offset, answer('EADDRINUSE', '127.0.0.1 8080'))).toMatchObject({
      80: { bound: false, message: 'port 8080 on 127.0.0.1 is in use by another process' },
      443: { bound: true },
    });
  });

  it('beyond the last one is refused', async () => {
    const offset = { ...question, ports: [60_000], portOffset: 8000 };
    expect(await observePorts(offset, answer('', ''))).toMatchObject({
      60000: { bound: false, message: 'port 60000 with the port offset 8000 is above 65535' },
    });
  });

  it('that its own Envoy holds is not asked for again', async () => {
    const claims = question.addresses.map((address) => ({
      fleet: question.fleet,
      address,
      port: 80,
      transport: 'tcp' as const,
    }));
    const inUse: Probe = () => Promise.resolve('EADDRINUSE');
    expect(await observePorts({ ...question, ports: [80], claims }, inUse)).toEqual({ 80: { bound: true } });
  });

  it('that its own Envoy holds on an address within, or around, the one asked for is had', async () => {
    const inUse: Probe = () => Promise.resolve('EADDRINUSE');
    const observe = (from: string, to: string) => {
      const claims = [{ fleet: question.fleet, address: from, port: 80, transport: 'tcp' as const }];
      return observePorts({ ...question, addresses: [to], ports: [80], claims }, inUse);
    };
    expect(await observe('127.0.0.1', '0.0.0.0')).toEqual({ 80: { bound: true } });
    expect(await observe('0.0.0.0', '127.0.0.1')).toEqual({ 80: { bound: true } });
    expect(await observe('127.0.0.1', '127.0.0.2')).toMatchObject({ 80: { bound: false } });
  });

  it('that its own Envoy holds is refused all the same when another process has the claim to it', async () => {
    const claims = question.addresses.map((address) => ({
      fleet: question.fleet,
      address,
      port: 80,
      transport: 'tcp' as const,
    }));
    const claimed: Probe = () => Promise.resolve(CLAIMED);
    expect(await observePorts({ ...question, ports: [80], claims }, answer('', ''), claimed)).toEqual({
      80: {
        bound: false,
        reason: 'PortUnavailable',
        message: 'port 80 on 127.0.0.1 belongs to another Gateway on this machine',
      },
    });
  });

  it('that another Gateway holds is refused with its name', async () => {
    const claims = [{ fleet: 'default/other', address: '127.0.0.1', port: 80, transport: 'tcp' as const }];
    expect(await observePorts({ ...question, ports: [80], claims }, answer('', ''))).toMatchObject({
      80: { bound: false, message: 'port 80 on 127.0.0.1 belongs to Gateway default/other' },
    });
  });

  it('of UDP is not held by who holds that number of TCP', async () => {
    const claims = [{ fleet: 'default/other', address: '127.0.0.1', port: 80, transport: 'tcp' as const }];
    const udp = { ...question, transport: 'udp' as const, ports: [80], claims };
    expect(await observePorts(udp, answer('', ''))).toEqual({ 80: { bound: true } });
  });
});
