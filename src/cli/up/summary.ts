import { displayRef, type Condition, type ParentReference } from '../../resources/index.js';
import type { ObjectStatus } from '../../status/index.js';

/** One line about one thing: an object, or a listener of it. */
export interface SummaryLine {
  /** Stable: says which line takes the place of which. */
  readonly key: string;
  readonly object: string;
  /** `good`: nothing to do; `waiting`: will settle by itself; `bad`: somebody has to do something. */
  readonly state: 'good' | 'waiting' | 'bad';
  readonly text: string;
  /** Where it answers; '' where it does not. */
  readonly addresses: string;
}

/** What a person wants to know of a status: each Gateway, each listener and route that is not as it should be. */
export function summaryOf(status: ObjectStatus): readonly SummaryLine[] {
  const object = displayRef(status.ref);
  switch (status.kind) {
    case 'GatewayClass':
      return bad(object, status.status.conditions, ['Accepted']);
    case 'Gateway': {
      const { addresses, conditions, listeners } = status.status;
      const programmed = conditions.find(({ type }) => type === 'Programmed');
      const own: SummaryLine = {
        key: object,
        object,
        state: stateOf(programmed),
        text: programmed?.status === 'True' ? 'programmed' : reasonOf(programmed),
        addresses: addresses.map(({ value }) => value).join(','),
      };
      const waiting = own.state === 'waiting';
      // What all listeners wait for is the Gateway's own line already.
      const types = waiting ? ['Accepted', 'ResolvedRefs'] : ['Accepted', 'ResolvedRefs', 'Programmed'];
      return [
        own,
        ...listeners.flatMap(({ name, conditions: all }) => bad(`${object} listener ${name}`, all, types)),
      ];
    }
    case 'ListenerSet': {
      const { conditions, listeners } = status.status;
      const types = ['Accepted', 'ResolvedRefs', 'Programmed'];
      return [
        ...bad(object, conditions, ['Accepted', 'Programmed']),
        ...listeners.flatMap(({ name, conditions: all }) => bad(`${object} listener ${name}`, all, types)),
      ];
    }
    case 'HTTPRoute':
    case 'GRPCRoute':
    case 'TLSRoute':
    case 'TCPRoute':
    case 'UDPRoute':
      return status.status.parents.flatMap(({ parentRef, conditions }) =>
        bad(`${object} at ${displayParent(parentRef, status.ref.namespace)}`, conditions, [
          'Accepted',
          'ResolvedRefs',
          'PartiallyInvalid',
          'windlass.io/RejectedByProxy',
        ]),
      );
    case 'BackendTLSPolicy':
    case 'XBackendTrafficPolicy':
    case 'BackendLBPolicy':
    case 'XBackend':
    case 'XTelemetryPolicy':
      return status.status.ancestors.flatMap(({ ancestorRef, conditions }) =>
        bad(`${object} at ${displayParent(ancestorRef, status.ref.namespace)}`, conditions, [
          'Accepted',
          'ResolvedRefs',
          'windlass.io/AttributesOmitted',
        ]),
      );
  }
}

/** Each parentRef of a route differs in one of these (a CEL rule of the API). */
function displayParent({ namespace, name, sectionName, port }: ParentReference, own: string): string {
  return [
    namespace === undefined || namespace === own ? name : `${namespace}/${name}`,
    ...(sectionName === undefined ? [] : [`listener ${sectionName}`]),
    ...(port === undefined ? [] : [`port ${port}`]),
  ].join(' ');
}

/** At most one line: the first condition that is not as it should be tells the most. */
function bad(
  key: string,
  conditions: readonly Condition[],
  types: readonly string[],
): readonly SummaryLine[] {
  const worst = types
    .map((type) => conditions.find((condition) => condition.type === type))
    .find((found) => found !== undefined && isBad(found));
  return worst === undefined
    ? []
    : [{ key, object: key, state: stateOf(worst), text: reasonOf(worst), addresses: '' }];
}

/** Types whose True is the bad one. */
const NEGATIVE = new Set(['PartiallyInvalid', 'windlass.io/RejectedByProxy']);

function isBad({ type, status }: Condition): boolean {
  return status === (NEGATIVE.has(type) ? 'True' : 'False');
}

function stateOf(condition: Condition | undefined): SummaryLine['state'] {
  if (condition !== undefined && !isBad(condition)) return 'good';
  return condition?.reason === 'Pending' || condition?.reason === 'AddressNotAssigned' ? 'waiting' : 'bad';
}

function reasonOf(condition: Condition | undefined): string {
  return condition === undefined ? 'unknown' : `${condition.reason}: ${condition.message}`;
}
