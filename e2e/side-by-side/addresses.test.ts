import { afterEach, describe, expect, it } from '@jest/globals';
import { ownLoopbackAddress, unusedPort } from '../harness/port.js';
import { until } from '../harness/until.js';
import { listenerCondition, met, newParty, type Party } from './parties.js';

const ROUNDS = 3;
const PROCESSES = 4;

const parties: Party[] = [];

afterEach(async () => {
  await Promise.all(parties.splice(0).map((party) => party.close()));
}, 60_000);

async function open(...of: readonly Promise<Party>[]): Promise<readonly Party[]> {
  parties.push(...(await Promise.all(of)));
  return parties;
}

const refusal = async (party: Party): Promise<string | undefined> =>
  await until(`the listener of ${party.name} to be refused`, async () => {
    const condition = await listenerCondition(party, 'Accepted');
    return condition?.reason === 'PortUnavailable' ? condition.message : undefined;
  });

describe('several `windlass up` that are started at once on one machine', () => {
  it('never share an address and port, and no request meets the backend of another', async () => {
    // The port that everybody uses: beside these there may be others.
    const port = 8080;
    const names = Array.from({ length: PROCESSES }, (_, i) => `backend-${i}`);
    const all = await open(...names.map((name) => newParty(name, port)));
    for (let round = 1; round <= ROUNDS; round += 1) {
      await Promise.all(all.map(({ windlass }) => windlass.start()));
      const addresses = await Promise.all(all.map(({ windlass }) => windlass.address('edge')));
      const answers = await Promise.all(addresses.map((address) => met(address, port)));
      expect({ round, answers }).toEqual({ round, answers: names.map((name) => [name]) });
      expect(new Set(addresses).size).toBe(PROCESSES);
      await Promise.all(all.map(({ windlass }) => windlass.end()));
    }
  }, 240_000);

  it('with the same ports for xDS and debug get ports of their own', async () => {
    const [xds, debug] = [await unusedPort(), await unusedPort()];
    const names = Array.from({ length: PROCESSES }, (_, i) => `backend-${i}`);
    const all = await open(...names.map((name) => newParty(name, 8080)));
    const ports = ['--xds-port', String(xds), '--debug-port', String(debug)];
    for (let round = 1; round <= ROUNDS; round += 1) {
      await Promise.all(all.map(({ windlass }) => windlass.start(...ports)));
      const urls = new Set(all.map(({ windlass }) => windlass.debugUrl()));
      expect(urls.size).toBe(PROCESSES);
      await Promise.all(all.map(({ windlass }) => windlass.end()));
    }
  }, 120_000);

  it('on one address that all of them name: one has the port, also by a port offset, and the others say so', async () => {
    const [address, port] = [ownLoopbackAddress(), await unusedPort()];
    const all = await open(
      newParty('one', port, address),
      newParty('two', port, address),
      newParty('three', port - 1_000, address),
    );
    await Promise.all(all.map(({ windlass }, i) => windlass.start('--port-offset', i === 2 ? '1000' : '0')));
    const [holder = '', ...others] = await until('an answer', () => met(address, port));
    expect(others).toEqual([]);
    const refused = all.filter(({ name }) => name !== holder);
    expect(refused).toHaveLength(2);
    for (const party of refused) {
      expect(await refusal(party)).toContain(`port ${port} on ${address} belongs to another Gateway`);
    }
    expect(await met(address, port)).toEqual([holder]);

    // What its holder gives back goes to one of those that wait.
    await all.find(({ name }) => name === holder)?.windlass.end();
    const next = await until('an answer of another', () => met(address, port));
    expect(refused.map(({ name }) => [name])).toContainEqual(next);
  }, 60_000);
});

describe('a `windlass up` that is killed', () => {
  it('leaves its address to its Envoy, and has it again when it comes back', async () => {
    const [address, port] = [ownLoopbackAddress(), await unusedPort()];
    const [first, second] = await open(newParty('first', port, address), newParty('second', port, address));
    if (first === undefined || second === undefined) throw new Error('not opened');
    await first.windlass.start();
    await first.windlass.address('edge');
    await first.windlass.end('SIGKILL');
    await second.windlass.start();
    expect(await refusal(second)).toContain(`port ${port} on ${address}`);
    expect(await met(address, port)).toEqual(['first']);
    await first.windlass.start();
    await first.windlass.address('edge');
    expect(await met(address, port)).toEqual(['first']);
  }, 60_000);
});
