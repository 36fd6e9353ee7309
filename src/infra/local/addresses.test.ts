import { describe, expect, it } from '@jest/globals';
import { type AddressQuestion, chooseAddresses } from './addresses.js';
import { CLAIMED } from './machine-claims.js';
import { type Probe, probePort } from './ports.js';

const question: AddressQuestion = {
  fleet: 'default/edge',
  requested: [],
  ports: [80, 443].map((port) => ({ port, transport: 'tcp' })),
  current: [],
  serving: false,
  claims: [],
};

/** Everything is free but `taken`, written `address:port`. */
const probe =
  (...taken: readonly string[]): Probe =>
  (address, port) =>
    Promise.resolve(taken.includes(`${address}:${port}`) ? 'EADDRINUSE' : 'free');

describe('an address that nobody asked for', () => {
  it('is 127.0.0.1 when all ports are free there', async () => {
    expect(await chooseAddresses(question, probe())).toEqual({ addresses: ['127.0.0.1'] });
  });

  it('is the first loopback address on which all ports are free', async () => {
    const taken = probe('127.0.0.1:80', '127.0.0.2:443');
    expect(await chooseAddresses(question, taken)).toEqual({ addresses: ['127.0.0.3'] });
  });

  it('leaves out what other Gateways hold', async () => {
    const claims = [{ fleet: 'default/a', address: '127.0.0.1', port: 443, transport: 'tcp' as const }];
    expect(await chooseAddresses({ ...question, claims }, probe())).toEqual({ addresses: ['127.0.0.2'] });
  });

  it('is the one before, after a restart', async () => {
    const current = ['127.0.0.7'];
    expect(await chooseAddresses({ ...question, current }, probe())).toEqual({ addresses: current });
  });

  it('is not moved from under an Envoy that serves on it', async () => {
    const taken = probe('127.0.0.7:80');
    const current = ['127.0.0.7'];
    expect(await chooseAddresses({ ...question, current, serving: true }, taken)).toEqual({
      addresses: current,
    });
    expect(await chooseAddresses({ ...question, current }, taken)).toEqual({ addresses: ['127.0.0.1'] });
  });

  it('is not moved for a port that this user may bind nowhere', async () => {
    const refused: Probe = () => Promise.resolve('EACCES');
    expect(await chooseAddresses(question, refused)).toEqual({ addresses: ['127.0.0.1'] });
  });

  it('is one where all ports can be had, for each of two that ask at the same time', async () => {
    const takenBy = new Map<string, string>();
    const claiming =
      (fleet: string): Probe =>
      (address, port) => {
        const owner = takenBy.get(`${address}:${port}`) ?? fleet;
        takenBy.set(`${address}:${port}`, owner);
        return Promise.resolve(owner === fleet ? 'free' : CLAIMED);
      };
    const other = {
      ...question,
      fleet: 'default/other',
      ports: [443, 80, 8443].map((port) => ({ port, transport: 'tcp' as const })),
    };
    const choices = await Promise.all([
      chooseAddresses(question, claiming('default/edge')),
      chooseAddresses(other, claiming('default/other')),
    ]);
    expect(choices.flatMap(({ addresses }) => addresses).toSorted()).toEqual(['127.0.0.1', '127.0.0.2']);
  });

  it('is where most ports are free, when all are nowhere', async () => {
    const wildcard: Probe = (address, port) =>
      Promise.resolve(port === 80 || address === '127.0.0.1' ? 'EADDRINUSE' : 'free');
    expect(await chooseAddresses(question, wildcard)).toEqual({ addresses: ['127.0.0.2'] });
  });
});

describe('spec.addresses', () => {
  it('decides: IPv4 and IPv6 of this machine', async () => {
    const requested = [{ type: 'IPAddress', value: '127.0.0.9' }, { value: '::1' }];
    expect(await chooseAddresses({ ...question, requested }, probe())).toEqual({
      addresses: ['127.0.0.9', '::1'],
    });
  });

  it('written in two ways is one address', async () => {
    const requested = [{ value: '0:0:0:0:0:0:0:1' }, { value: '::1' }];
    expect(await chooseAddresses({ ...question, requested }, probe())).toEqual({ addresses: ['::1'] });
  });

  it('without a value leaves the choice to us', async () => {
    const requested = [{ type: 'IPAddress' }];
    expect(await chooseAddresses({ ...question, requested }, probe())).toEqual({ addresses: ['127.0.0.1'] });
  });

  it('gets an address of its own for each entry without a value, beside those that have one', async () => {
    const requested = [{ value: '127.0.0.1' }, {}, { type: 'IPAddress', value: '' }];
    expect(await chooseAddresses({ ...question, requested }, probe())).toEqual({
      addresses: ['127.0.0.1', '127.0.0.2', '127.0.0.3'],
    });
    const current = ['127.0.0.1', '127.0.0.7', '127.0.0.8'];
    expect(await chooseAddresses({ ...question, requested, current, serving: true }, probe())).toEqual({
      addresses: current,
    });
  });

  it.each(['Cluster', 'example.com/vpn', 'testing.x-k8s.io/other'])(
    'of routability %s is not assigned',
    async (routability) => {
      const message = `an address of routability ${routability}: no routability can be asked for here`;
      expect(await chooseAddresses({ ...question, requested: [{ routability }] }, probe())).toEqual({
        addresses: [],
        refusal: { condition: 'Programmed', reason: 'AddressNotAssigned', message },
        missing: { reason: 'NotAssigned', message },
      });
    },
  );

  it('of the routability that promises nothing is told as it is asked for', async () => {
    const routability = 'testing.x-k8s.io/sentinel';
    const requested = [{ routability }, {}, { value: '127.0.0.9', routability }];
    expect(await chooseAddresses({ ...question, requested }, probe())).toEqual({
      addresses: ['127.0.0.9', '127.0.0.1', '127.0.0.2'],
      routabilities: { '127.0.0.9': routability, '127.0.0.1': routability },
    });
  });

  it('of a routability beside others are served at the others alone', async () => {
    const requested = [
      { routability: '' },
      { value: '127.0.0.9', routability: 'Cluster' },
      { routability: 'a.test/b' },
    ];
    expect(await chooseAddresses({ ...question, requested }, probe())).toEqual({
      addresses: ['127.0.0.1'],
      missing: {
        reason: 'PartiallyAssigned',
        message:
          '127.0.0.9 of routability Cluster, an address of routability a.test/b: no routability can be asked for here',
      },
    });
  });

  it('of another type than IPAddress is UnsupportedAddress', async () => {
    const requested = [{ type: 'Hostname', value: 'edge.example' }];
    expect(await chooseAddresses({ ...question, requested }, probe())).toEqual({
      addresses: [],
      refusal: {
        condition: 'Accepted',
        reason: 'UnsupportedAddress',
        message: 'addresses of type Hostname are not supported here; use IPAddress',
      },
      missing: {
        reason: 'NotAssigned',
        message: 'addresses of type Hostname are not supported here; use IPAddress',
      },
    });
  });

  it('that is not of this machine is AddressNotUsable, beside those that are', async () => {
    // 192.0.2.0/24 is reserved for documentation: nobody has it.
    const requested = [{ value: '192.0.2.1' }, { value: '127.0.0.1' }, { value: 'edge' }];
    expect(await chooseAddresses({ ...question, requested }, probePort)).toEqual({
      addresses: ['127.0.0.1'],
      refusal: {
        condition: 'Programmed',
        reason: 'AddressNotUsable',
        message: '192.0.2.1, edge: not an address of this machine that can be bound',
      },
      missing: {
        reason: 'PartiallyAssigned',
        message: '192.0.2.1, edge: not an address of this machine that can be bound',
      },
    });
  });

  it('that is not of this machine, alone, is AddressNotAssigned', async () => {
    const message = '192.0.2.1: not an address of this machine that can be bound';
    expect(await chooseAddresses({ ...question, requested: [{ value: '192.0.2.1' }] }, probePort)).toEqual({
      addresses: [],
      refusal: { condition: 'Programmed', reason: 'AddressNotAssigned', message },
      missing: { reason: 'NotAssigned', message },
    });
  });

  it.each([[{ type: 'Hostname', value: 'edge.example' }], [{ value: '192.0.2.1' }]])(
    'that cannot be had (%j) do not move an Envoy that serves',
    async (address) => {
      const asked = { ...question, requested: [address], current: ['127.0.0.7'] };
      expect((await chooseAddresses({ ...asked, serving: true }, probePort)).addresses).toEqual([
        '127.0.0.7',
      ]);
      expect((await chooseAddresses(asked, probePort)).addresses).toEqual([]);
    },
  );
});
