import { afterEach, describe, expect, it } from '@jest/globals';
import { type Backend, startBackend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { Standalone } from '../harness/windlass.js';
import { documents, everythingTo, gateway, service } from '../harness/yaml.js';

const port = 8080;
const ROUNDS = 4;
const PROCESSES = 4;
const REQUESTS = 12;

interface Party {
  readonly backend: Backend;
  readonly windlass: Standalone;
}

const parties: Party[] = [];

afterEach(async () => {
  await Promise.all(
    parties.splice(0).map(async ({ windlass, backend }) => {
      await windlass.dispose();
      await backend.close();
    }),
  );
}, 60_000);

/** A run directory, a Gateway and a backend of its own. */
async function newParty(name: string): Promise<Party> {
  const backend = await startBackend(name);
  const party = {
    backend,
    windlass: new Standalone({
      'all.yaml': documents(gateway('edge', port), service(name, backend.port), everythingTo(name, 'edge')),
    }),
  };
  parties.push(party);
  return party;
}

/** Which backends requests to an address meet, each on a connection of its own. */
async function met(address: string): Promise<readonly string[]> {
  const met = new Set<string>();
  for (let i = 0; i < REQUESTS; i += 1) {
    const { status, echo } = await ask({ address, port, host: 'any.test' });
    met.add(echo?.backend ?? String(status));
  }
  return [...met];
}

describe('several `windlass up` that are started at once on one machine', () => {
  it('never share an address and port, and no request meets the backend of another', async () => {
    const names = Array.from({ length: PROCESSES }, (_, i) => `backend-${i}`);
    await Promise.all(names.map(newParty));
    for (let round = 1; round <= ROUNDS; round += 1) {
      await Promise.all(parties.map(({ windlass }) => windlass.start()));
      const addresses = await Promise.all(parties.map(({ windlass }) => windlass.address('edge')));
      const answers = await Promise.all(addresses.map(met));
      expect({ round, answers }).toEqual({ round, answers: names.map((name) => [name]) });
      expect(new Set(addresses).size).toBe(PROCESSES);
      await Promise.all(parties.map(({ windlass }) => windlass.end()));
    }
  }, 240_000);
});
