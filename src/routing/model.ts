import type { SortedMap } from '../collections/index.js';
import type {
  Gateway,
  GatewayClass,
  GatewayParametersSpec,
  ObjectRef,
  ParentReference,
  Route,
} from '../resources/index.js';
import type { Fleet } from './fleet-model.js';
import type { ListenerModel, ListenerSetModel } from './listener-model.js';
import type { PolicyModel } from './policy-model.js';
import type { Refusal, Verdict } from './verdict.js';

// The model: what every fleet serves and why, in plain readonly data. It holds every refusal beside the thing refused; statuses,
// Envoy configuration, explain and plan are all read from it. No Envoy types.

export type { ClusterModel, EndpointsModel, Permit } from './cluster-model.js';
export {
  type ActionModel,
  type AuthModel,
  type CorsModel,
  type GrpcAuth,
  type HeaderModifier,
  type HttpAuth,
  type MatchModel,
  type MirrorModel,
  NO_HEADERS,
  type PathRewrite,
  type RedirectModel,
  type RetryModel,
  type RuleEntry,
  type Share,
  type ShareFilters,
  type StringMatch,
} from './rule-model.js';
export {
  type CertificateModel,
  type ListenerFilters,
  type ListenerModel,
  type ListenerSetModel,
  NO_FILTERS,
} from './listener-model.js';
export type { Fleet, PortModel, TableModel, TracingModel, VirtualHostModel } from './fleet-model.js';
export { ACCEPTED, type Refusal, type Verdict } from './verdict.js';

export interface Model {
  readonly gatewayClasses: readonly GatewayClassModel[];
  readonly gateways: readonly GatewayModel[];
  /** By `Kind namespace/name`. */
  readonly routes: SortedMap<RouteModel>;
  /** A collection for each purpose of policies, each by `Kind namespace/name`. */
  readonly policies: readonly SortedMap<PolicyModel>[];
}

export interface GatewayClassModel {
  readonly gatewayClass: GatewayClass;
  readonly accepted: Verdict;
}

/** A Gateway of one of our classes. */
export interface GatewayModel {
  readonly gateway: Gateway;
  /** GatewayReason of Accepted: InvalidParameters, UnsupportedAddress, ListenersNotValid… */
  readonly accepted: Verdict;
  /** GatewayConditionResolvedRefs: of its client certificate for backends; undefined: it has none. */
  readonly resolvedRefs: Verdict | undefined;
  /** Whether it has an address; reasons of Programmed: AddressNotAssigned, AddressNotUsable. */
  readonly addressed: Verdict;
  /** Addresses for `status.addresses`. */
  readonly addresses: readonly string[];
  /** Where those can be reached from that say more than the default, by address; `Cluster` or `domain/path`. */
  readonly routabilities: Readonly<Record<string, string>>;
  /** How its proxies are run, by its class and itself; undefined: that is refused, and what runs stays. */
  readonly parameters: GatewayParametersSpec | undefined;
  /** Whether every address that is asked for has been assigned; undefined: that is not known yet. PartiallyAssigned, NotAssigned. */
  readonly assigned: Verdict | undefined;
  /** Every listener of the spec, in its order, then those of the ListenerSets that have joined; refused ones included. */
  readonly listeners: readonly ListenerModel[];
  /** Every ListenerSet that names the Gateway, in order of precedence. */
  readonly listenerSets: readonly ListenerSetModel[];
  /** What its proxies serve, should it have any; undefined while there is nothing that they could bind. Whether a refused Gateway gets proxies is not told here. */
  readonly fleet: Fleet | undefined;
}

/** A route as status sees it: one entry per parentRef that names one of our Gateways. */
export interface RouteModel {
  readonly route: Route;
  readonly parents: readonly ParentModel[];
}

export interface ParentModel {
  /** As written in the spec: status echoes it unchanged. */
  readonly parentRef: ParentReference;
  readonly gateway: ObjectRef;
  readonly accepted: Verdict;
  readonly resolvedRefs: Verdict;
  /** Set when some rules are dropped or answer with an error while others work. */
  readonly partiallyInvalid: Refusal | undefined;
  /** Listeners it is attached to. */
  readonly listeners: readonly string[];
}
