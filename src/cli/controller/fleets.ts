import { externalFleets, type FleetOf } from '../../access/index.js';
import { infraName } from '../../infra/index.js';
import type { Model } from '../../routing/index.js';

/**
 * Which fleet an Envoy belongs to, by its ServiceAccount: that which was made for a Gateway, or one that the Gateway names for Envoys that others run.
 * @param model undefined: nothing is known yet, and nobody let in
 */
export function fleetsOf(model: () => Model | undefined): FleetOf {
  let of: Model | undefined;
  let fleets: ReadonlyMap<string, string> = new Map();
  return (namespace, serviceAccount) => {
    const now = model();
    if (now !== of) [of, fleets] = [now, now === undefined ? new Map() : accountsIn(now)];
    return fleets.get(`${namespace}/${serviceAccount}`);
  };
}

/** `namespace/serviceAccount` → `namespace/gateway`. */
function accountsIn({ gateways }: Model): ReadonlyMap<string, string> {
  const made = gateways.map(({ gateway: { metadata, spec } }): [string, string] => {
    const { namespace = '', name } = metadata;
    return [`${namespace}/${infraName(name, spec.gatewayClassName)}`, `${namespace}/${name}`];
  });
  // What we made ourselves counts over what somebody names.
  return new Map([...externalFleets(gateways.map(({ gateway }) => gateway)), ...made]);
}
