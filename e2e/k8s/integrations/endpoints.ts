import type { World } from '../world.js';

interface Slice {
  readonly ports: readonly { readonly port: number }[];
  readonly endpoints: readonly { readonly addresses: readonly string[] }[];
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Every endpoint of the Service of a Gateway of one listener: what one of its Envoys has taken already another may not have yet. @throws Error when there is none */
export async function endpointsOf(world: World, gateway: string): Promise<readonly Endpoint[]> {
  const slices = await world.list('EndpointSlice', `kubernetes.io/service-name=${gateway}-windlass`);
  const found = (slices as readonly unknown[] as readonly Slice[]).flatMap(({ ports: [port], endpoints }) =>
    endpoints.flatMap(({ addresses: [address = ''] }) => ({ address, port: port?.port ?? 0 })),
  );
  if (found.length === 0) throw new Error(`the Service of ${gateway} has no endpoint`);
  return found;
}
