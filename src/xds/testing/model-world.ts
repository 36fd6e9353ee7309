import { RESOURCE_TYPES } from '../references.js';
import type { Resource, ResourceType } from '../resource.js';
import { isFullSet } from '../sotw-request.js';
import type { Protocol } from '../stream-state.js';
import { ModelClient } from './model-client.js';
import { ModelFleet } from './model-fleet.js';
import { isPoisoned } from './resources.js';

/** Longer than any wait of the fleet, for something that the client does not answer. */
const QUIET_MS = 300;
const STEP_MS = 25;

/** One fleet: a client that a test torments the server with, and Envoys of both protocols beside it. */
export class ModelWorld {
  readonly fleet = new ModelFleet();
  readonly client: ModelClient;
  readonly envoys: readonly ModelClient[];

  constructor(protocol: Protocol, envoys: readonly Protocol[] = ['delta', 'sotw']) {
    this.client = new ModelClient(protocol, this.fleet);
    this.envoys = envoys.map((each) => new ModelClient(each, this.fleet));
  }

  /** The Envoys take what there is for them at this moment. */
  envoysExchange(): boolean {
    let busy = false;
    for (let rounds = 0; rounds < 50; rounds += 1) {
      let moved = false;
      for (const envoy of this.envoys) {
        envoy.followNames();
        moved = envoy.exchange() || moved;
      }
      if (!moved) return busy;
      busy = true;
    }
    throw new Error('the Envoys and the server never come to rest');
  }

  /** Time passes, and everyone is honest (the client, when it takes part): how many responses come before it is quiet? */
  settle(who: 'everyone' | 'envoys'): number {
    const before = this.fleet.sent;
    for (let quiet = 0, rounds = 0; quiet < QUIET_MS / STEP_MS; rounds += 1) {
      if (rounds > 500) throw new Error('it is never quiet');
      const exchanged = who === 'everyone' && this.client.exchange();
      const busy = this.envoysExchange() || exchanged;
      this.fleet.now += STEP_MS;
      quiet = busy ? 0 : quiet + 1;
    }
    return this.fleet.sent - before;
  }

  /** What a client has, beside what it should have, by type: two equal lists when all is well. */
  comparison(client: ModelClient): readonly { readonly has: unknown; readonly should: unknown }[] {
    return RESOURCE_TYPES.map((type) => {
      const wanted = this.#wantedOf(client, type);
      // A partial state-of-the-world response cannot say that something is gone.
      const cannotRemove = client.protocol === 'sotw' && !isFullSet(type);
      // Nothing can stand in the place of what is still poisoned, or of what the client refused at random: it keeps what it had.
      const kept = this.fleet.convictions.filter((each) => each.type === type && !each.replaced);
      const refused = new Set(client === this.client ? kept.map((each) => each.resource) : []);
      const open = (name: string): boolean => {
        const resource = wanted.get(name);
        return resource === undefined ? cannotRemove : refused.has(name) || isPoisoned(resource);
      };
      const held = [...client.held(type)].filter(([name]) => client.isSubscribed(type, name) && !open(name));
      const should = [...wanted].filter(([name]) => !open(name));
      return { has: { type, ...versions(held) }, should: { type, ...versions(should) } };
    });
  }

  /** Resources of the snapshot that are refused, without anything in them being convicted. */
  get unconvicted(): readonly Resource[] {
    const known = new Set(this.fleet.convictions.map(({ type, resource }) => `${type} ${resource}`));
    return this.#poisoned.filter(({ type, name }) => !known.has(`${type} ${name}`));
  }

  /** Is there something in the snapshot that is refused? Nothing can stand in its place then. */
  get hasPoison(): boolean {
    return this.#poisoned.length > 0;
  }

  get #poisoned(): readonly Resource[] {
    const all = Object.values(this.fleet.view.snapshot?.resources ?? {});
    return all.flatMap((named) => [...named.values()].filter(isPoisoned));
  }

  #wantedOf(client: ModelClient, type: ResourceType): ReadonlyMap<string, Resource> {
    const all = this.fleet.view.snapshot?.resources[type] ?? new Map<string, Resource>();
    return new Map([...all].filter(([name]) => client.isSubscribed(type, name)));
  }
}

function versions(resources: readonly (readonly [string, Resource])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    resources.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, { version }]) => [name, version]),
  );
}

/** Entries of all maps, sets and lists of a stream's state: what it costs, whatever it is made of. Resources are shared by all streams. */
export function entriesOf(state: unknown): number {
  if (typeof state !== 'object' || state === null || 'sections' in state) return 0;
  const elements =
    state instanceof Map ? [...(state as ReadonlyMap<unknown, unknown>).values()] : Object.values(state);
  const size =
    state instanceof Map || state instanceof Set ? state.size : Array.isArray(state) ? state.length : 0;
  return elements.reduce<number>((sum, element) => sum + entriesOf(element), size);
}
