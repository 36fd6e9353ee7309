import { displayRef, refOf, ROUTE_KINDS, type KubeObject, type Route } from '../resources/index.js';
import type { Model, Verdict } from '../routing/index.js';
import type { Store } from '../store/index.js';

/** One thing that is valid and yet not served as written. */
export interface RefusalLine {
  /** `Kind namespace/name`. */
  readonly object: string;
  /** '' where the message names several. */
  readonly field: string;
  /** A reason of the API. */
  readonly reason: string;
  readonly message: string;
}

/** Every refusal of the model, once, and every object that nobody serves. */
export function refusalsOf(model: Model, store: Store): readonly RefusalLine[] {
  const lines = new Map<string, RefusalLine>();
  const add = (object: KubeObject, verdict: Verdict | undefined): void => {
    if (verdict === undefined || verdict.accepted) return;
    const { at, reason, message } = verdict;
    // Of several places the message tells each.
    const field = message.startsWith(`${at}: `) ? '' : at;
    const line = { object: displayRef(refOf(object)), field, reason, message };
    lines.set(JSON.stringify(line), line);
  };
  for (const { gatewayClass, accepted } of model.gatewayClasses) add(gatewayClass, accepted);
  for (const { gateway, accepted, resolvedRefs, addressed, listeners } of model.gateways) {
    add(gateway, accepted);
    add(gateway, resolvedRefs);
    add(gateway, addressed);
    for (const listener of listeners) {
      for (const verdict of [listener.accepted, listener.conflicted, listener.resolvedRefs])
        add(gateway, verdict);
    }
  }
  for (const { route, parents } of model.routes.values()) {
    for (const { accepted, resolvedRefs, partiallyInvalid } of parents) {
      for (const verdict of [accepted, resolvedRefs, partiallyInvalid]) add(route, verdict);
    }
  }
  for (const { policy, ancestors } of model.policies.flatMap((policies) => [...policies.values()])) {
    for (const { accepted, resolvedRefs, omitted } of ancestors) {
      for (const verdict of [accepted, resolvedRefs, omitted]) add(policy, verdict);
    }
  }
  return [...lines.values(), ...orphans(model, store)];
}

/** Gateways of other classes, and parentRefs that no Gateway here answers to: no status would ever tell. */
function orphans(model: Model, store: Store): readonly RefusalLine[] {
  const served = new Set(model.gateways.map(({ gateway }) => displayRef(refOf(gateway))));
  const gateways = [...store.all('Gateway').values()].flatMap((bucket) => [...bucket.values()]);
  const routes = ROUTE_KINDS.flatMap((kind) => [...store.all(kind).values()]).flatMap(
    (bucket): readonly Route[] => [...bucket.values()],
  );
  const ofOtherClasses = gateways
    .filter((gateway) => !served.has(displayRef(refOf(gateway))))
    .map((gateway) => ({
      object: displayRef(refOf(gateway)),
      field: 'spec.gatewayClassName',
      reason: 'NotServed',
      message: `GatewayClass ${gateway.spec.gatewayClassName} is not one of this controller`,
    }));
  const unparented = routes.flatMap((route) =>
    (route.spec.parentRefs ?? []).flatMap((ref, index) => {
      const { kind = 'Gateway', namespace = route.metadata.namespace ?? '', name } = ref;
      if (kind === 'Gateway' && served.has(`Gateway ${namespace}/${name}`)) return [];
      const message = `no ${kind} ${namespace}/${name} is served here`;
      return [
        {
          object: displayRef(refOf(route)),
          field: `spec.parentRefs[${index}]`,
          reason: 'NotServed',
          message,
        },
      ];
    }),
  );
  return [...ofOtherClasses, ...unparented];
}
