import { GATEWAY_CHANGES } from './changes-gateway.js';
import { POLICY_CHANGES } from './changes-policies.js';
import { ROUTE_CHANGES } from './changes-routes.js';
import { SERVICE_CHANGES } from './changes-services.js';
import { STREAM_CHANGES } from './changes-streams.js';
import type { Change, Supplies } from './edits.js';
import type { World } from './world.js';

/** By name; the share says how often each is drawn, beside the others. */
const CHANGES = {
  ...ROUTE_CHANGES,
  ...SERVICE_CHANGES,
  ...GATEWAY_CHANGES,
  ...STREAM_CHANGES,
  ...POLICY_CHANGES,
} as const;

export type ChangeKind = keyof typeof CHANGES;

/** A random change of one of the kinds. */
export function nextWorld(
  world: World,
  supplies: Supplies,
): { readonly kind: ChangeKind; readonly world: World } {
  const kinds = Object.keys(CHANGES) as ChangeKind[];
  const drawn = kinds.flatMap((kind) => Array<ChangeKind>(CHANGES[kind][0]).fill(kind));
  for (;;) {
    const kind = supplies.random.pick(drawn);
    if (kind === undefined) throw new Error('no kind of change is left');
    const change: Change = CHANGES[kind][1];
    const next = change(world, supplies);
    if (next !== undefined) return { kind, world: next };
  }
}
