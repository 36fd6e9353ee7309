import type {
  AncestorStatus,
  CurrentCondition,
  FleetAcknowledgements,
  GatewayStatus,
  ListenerStatus,
  ParentStatus,
  Statuses,
} from '../index.js';
import { nextProgress, statusesOf } from '../index.js';
import type { Scenario } from '../../routing/testing/given.js';

/** One Envoy that has accepted everything. */
const CURRENT = { fleet: 'default/gw', connected: 1, counted: 1, rejected: [] };

/** In the order of kind, namespace and name. */
export function all(scenario: Scenario, acknowledgements: Partial<FleetAcknowledgements> = {}) {
  return [...made(scenario, acknowledgements).current.values()];
}

export function made(
  scenario: Scenario,
  acknowledgements: Partial<FleetAcknowledgements> = {},
  previous?: Statuses,
): Statuses {
  const model = scenario.model();
  const isOurs = (name: string, namespace: string) => `${namespace}/${name}` === 'default/gw';
  const progress = model.gateways.map((gateway) => {
    const { name, namespace = '', generation = 0 } = gateway.gateway.metadata;
    const places = ['', ...gateway.listeners.map((listener) => listener.name)];
    const count = acknowledgements.counted ?? 1;
    const accepted = Object.fromEntries(places.map((place) => [place, { generation, count }]));
    const said = { ...CURRENT, accepted, ...(isOurs(name, namespace) ? acknowledgements : {}) };
    return [`${namespace}/${name}`, nextProgress(undefined, gateway, said, 0)] as const;
  });
  return statusesOf(model, new Map(progress), 'windlass.io/gateway-controller', previous);
}

export function gatewayOf(
  scenario: Scenario,
  acknowledgements: Partial<FleetAcknowledgements> = {},
): GatewayStatus<CurrentCondition> {
  for (const status of all(scenario, acknowledgements)) if (status.kind === 'Gateway') return status.status;
  throw new Error('no status of a Gateway');
}

export function listenerOf(
  scenario: Scenario,
  name: string,
  acknowledgements: Partial<FleetAcknowledgements> = {},
): ListenerStatus<CurrentCondition> {
  const found = gatewayOf(scenario, acknowledgements).listeners.find((listener) => listener.name === name);
  if (found === undefined) throw new Error(`no status of listener ${name}`);
  return found;
}

export function parentsOf(
  scenario: Scenario,
  route: string,
  acknowledgements: Partial<FleetAcknowledgements> = {},
): readonly ParentStatus<CurrentCondition>[] {
  for (const status of all(scenario, acknowledgements)) {
    if ('parents' in status.status && status.ref.name === route) return status.status.parents;
  }
  return [];
}

/** Of which ancestor, and who says it: what every entry for the Gateway of `given` begins with. */
export const OF_GATEWAY = {
  ancestorRef: {
    group: 'gateway.networking.k8s.io',
    kind: 'Gateway',
    namespace: 'default',
    name: 'gw',
  },
  controllerName: 'windlass.io/gateway-controller',
};

/** What all objects of a kind say of their ancestors. */
export function ancestorsOfKind(
  kind: string,
  scenario: Scenario,
): readonly AncestorStatus<CurrentCondition>[] {
  return all(scenario).flatMap((each) =>
    each.kind === kind && 'ancestors' in each.status ? each.status.ancestors : [],
  );
}

/** `True Reason` or `False Reason: message`; undefined: the condition is absent. */
export function said(
  { conditions }: { readonly conditions: readonly CurrentCondition[] },
  type: string,
): string | undefined {
  const found = conditions.find((condition) => condition.type === type);
  if (found === undefined) return undefined;
  return found.status === 'True' ? `True ${found.reason}` : `False ${found.reason}: ${found.message}`;
}
