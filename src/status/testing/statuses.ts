import type {
  CurrentCondition,
  FleetAcknowledgements,
  GatewayStatus,
  ListenerStatus,
  ParentStatus,
} from '../index.js';
import { statusesOf } from '../index.js';
import type { Scenario } from '../../routing/testing/given.js';

const CURRENT: FleetAcknowledgements = { fleet: 'default/gw', connected: 1, current: 1, rejected: [] };

export function all(scenario: Scenario, acknowledgements: Partial<FleetAcknowledgements> = {}) {
  const acks = new Map([['default/gw', { ...CURRENT, ...acknowledgements }]]);
  return statusesOf(scenario.model(), acks, 'windlass.io/gateway-controller');
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

export function parentsOf(scenario: Scenario, route: string): readonly ParentStatus<CurrentCondition>[] {
  for (const status of all(scenario)) {
    if (status.kind === 'HTTPRoute' && status.ref.name === route) return status.status.parents;
  }
  return [];
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
