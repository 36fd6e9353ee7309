import { externalFleets, type FleetOf } from '../../access/index.js';
import type { Model } from '../../routing/index.js';

/**
 * The fleets of ServiceAccounts that Gateways name for Envoys that others run.
 * @param model undefined: nothing is known yet, and nobody let in
 */
export function namedFleets(model: () => Model | undefined): FleetOf {
  let of: Model | undefined;
  let fleets: ReadonlyMap<string, string> = new Map();
  return (namespace, serviceAccount) => {
    const now = model();
    if (now !== of) {
      of = now;
      fleets = externalFleets(now?.gateways.map(({ gateway }) => gateway) ?? []);
    }
    return fleets.get(`${namespace}/${serviceAccount}`);
  };
}
