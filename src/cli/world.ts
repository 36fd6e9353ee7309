import type { Gateway } from '../resources/index.js';
import { createTranslator, type Model } from '../routing/index.js';
import { loadOnce, type Loaded } from '../sources/index.js';
import { emptyStore, type FleetObservation, type Store } from '../store/index.js';
import { DIRECTORY_MODE } from './names.js';

/** What files say, and what would be served if every Gateway had its address. */
export interface World {
  readonly loaded: Loaded;
  readonly store: Store;
  readonly model: Model;
}

/** For commands that answer without running anything: each Gateway is given an address as if its Envoy ran. */
export async function readWorld(paths: readonly string[]): Promise<World> {
  const loaded = await loadOnce(paths);
  const gateways = loaded.objects.filter((object): object is Gateway => object.kind === 'Gateway');
  const store = emptyStore().apply({ upserts: loaded.objects, observations: gateways.map(assumed) });
  return { loaded, store, model: createTranslator(DIRECTORY_MODE).translate(store) };
}

/** The addresses that the Gateway asks for, or 127.0.0.1: always the same for the same file. */
function assumed({ metadata, spec }: Gateway): FleetObservation {
  const asked = (spec.addresses ?? []).flatMap(({ type = 'IPAddress', value = '' }) =>
    type === 'IPAddress' && value !== '' ? [value] : [],
  );
  return {
    fleet: `${metadata.namespace ?? ''}/${metadata.name}`,
    addresses: asked.length > 0 ? asked : ['127.0.0.1'],
    ports: {},
    portOffset: 0,
  };
}
