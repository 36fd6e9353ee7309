import { type Backend, startBackend } from '../harness/backend.js';
import { ask } from '../harness/request.js';
import { type Condition, Standalone } from '../harness/windlass.js';
import { documents, everythingTo, gateway, service } from '../harness/yaml.js';

/** A `windlass up` with a run directory, a Gateway `edge` and a backend of its own. */
export interface Party {
  readonly name: string;
  readonly backend: Backend;
  readonly windlass: Standalone;
  close(): Promise<void>;
}

/** @param address of the Gateway; undefined: whichever it gets */
export async function newParty(name: string, port: number, address?: string): Promise<Party> {
  const backend = await startBackend(name);
  const edge = gateway('edge', port);
  const named =
    address === undefined
      ? edge
      : edge.replace('  listeners:', `  addresses: [{ type: IPAddress, value: ${address} }]\n  listeners:`);
  const windlass = new Standalone({
    'all.yaml': documents(named, service(name, backend.port), everythingTo(name, 'edge')),
  });
  return {
    name,
    backend,
    windlass,
    close: async () => {
      await windlass.dispose();
      await backend.close();
    },
  };
}

const REQUESTS = 12;

/** The backends, or statuses, that requests to an address meet, each on a connection of its own. */
export async function met(address: string, port: number): Promise<readonly string[]> {
  const met = new Set<string>();
  for (let i = 0; i < REQUESTS; i += 1) {
    const { status, echo } = await ask({ address, port, host: 'any.test' });
    met.add(echo?.backend ?? String(status));
  }
  return [...met];
}

/** A condition of the listener of its Gateway. */
export async function listenerCondition({ windlass }: Party, type: string): Promise<Condition | undefined> {
  const [listener] = (await windlass.status('Gateway', 'edge'))?.listeners ?? [];
  return listener?.conditions.find((condition) => condition.type === type);
}
