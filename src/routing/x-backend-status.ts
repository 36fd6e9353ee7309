import { sortedMap, type Edit, type SortedMap } from '../collections/index.js';
import type { XBackend } from '../resources/index.js';
import { keepEqual } from './keep.js';
import type { GatewayServices } from './policy-models.js';
import type { PolicyModel } from './policy-model.js';
import type { XBackendModel } from './x-backend-model.js';

/** XBackendStatus.ancestors holds so many. Further Gateways send to an XBackend all the same; it is only not told there. */
const MOST_ANCESTORS = 32;

export interface XBackendModels {
  readonly backends: SortedMap<XBackendModel>;
  readonly gateways: SortedMap<GatewayServices>;
  /** By `namespace/name`; those that no Gateway's route refers to are left out. */
  readonly models: SortedMap<PolicyModel<XBackend>>;
}

/** Each XBackend with the Gateways whose routes refer to it: those that changed, or came to or left a Gateway, are looked at. */
export function modelsOfXBackends(
  backends: SortedMap<XBackendModel>,
  gateways: SortedMap<GatewayServices>,
  previous: XBackendModels | undefined,
): XBackendModels {
  if (previous?.backends === backends && previous.gateways === gateways) return previous;
  const changed = new Set(backends.changesSince(previous?.backends).map(({ key }) => key));
  for (const { before, after } of gateways.changesSince(previous?.gateways)) {
    for (const each of (after?.xBackends ?? sortedMap<number>()).changesSince(before?.xBackends))
      if (each.before === undefined || each.after === undefined) changed.add(each.key);
  }
  const models = previous?.models ?? sortedMap<PolicyModel<XBackend>>();
  const edits = [...changed].map((key): Edit<PolicyModel<XBackend>> => [
    key,
    modelOf(key, backends.get(key), gateways, models.get(key)),
  ]);
  return { backends, gateways, models: models.edit(edits) };
}

function modelOf(
  key: string,
  model: XBackendModel | undefined,
  gateways: SortedMap<GatewayServices>,
  previous: PolicyModel<XBackend> | undefined,
): PolicyModel<XBackend> | undefined {
  if (model === undefined) return undefined;
  const { backend, accepted, resolvedRefs } = model;
  const ancestors = [...gateways.values()]
    .filter(({ xBackends }) => xBackends.has(key))
    .map(({ gateway }) => ({ ancestor: gateway, accepted, resolvedRefs }))
    .slice(0, MOST_ANCESTORS);
  return ancestors.length === 0 ? undefined : keepEqual(previous, { policy: backend, ancestors });
}
