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
  for (const { gateway, accepted, resolvedRefs, addressed, listeners, listenerSets } of model.gateways) {
    add(gateway, accepted);
    add(gateway, resolvedRefs);
    add(gateway, addressed);
    const sets = new Map(listenerSets.map(({ listenerSet }) => [nameOf(listenerSet), listenerSet]));
    for (const { listenerSet, accepted: ofSet } of listenerSets) add(listenerSet, ofSet);
    for (const listener of listeners) {
      const holder = sets.get(listener.set ?? '') ?? gateway;
      for (const verdict of [listener.accepted, listener.conflicted, listener.resolvedRefs])
        add(holder, verdict);
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

function nameOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** Gateways of other classes, and parentRefs that no Gateway here answers to: no status would ever tell. */
function orphans(model: Model, store: Store): readonly RefusalLine[] {
  const served = new Set(
    model.gateways.flatMap(({ gateway, listenerSets }) =>
      [gateway, ...listenerSets.map(({ listenerSet }) => listenerSet)].map((object) =>
        displayRef(refOf(object)),
      ),
    ),
  );
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
      if (served.has(`${kind} ${namespace}/${name}`)) return [];
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
  const scopes = new Set<string>(model.gateways.map(({ gateway }) => gateway.spec.defaultScope ?? 'None'));
  const undefaulted = routes.flatMap((route) => {
    const { useDefaultGateways: scope = 'None' } = route.spec;
    if (scope === 'None' || scopes.has(scope)) return [];
    const message = `no Gateway that is served here has the default scope ${scope}`;
    return [
      { object: displayRef(refOf(route)), field: 'spec.useDefaultGateways', reason: 'NotServed', message },
    ];
  });
  const sets = [...store.all('ListenerSet').values()].flatMap((bucket) => [...bucket.values()]);
  const ofOtherGateways = sets
    .filter((set) => !served.has(displayRef(refOf(set))))
    .map((set) => {
      const { kind = 'Gateway', namespace = set.metadata.namespace ?? '', name } = set.spec.parentRef;
      return {
        object: displayRef(refOf(set)),
        field: 'spec.parentRef',
        reason: 'NotServed',
        message: `no ${kind} ${namespace}/${name} is served here`,
      };
    });
  return [...ofOtherClasses, ...ofOtherGateways, ...unparented, ...undefaulted];
}
