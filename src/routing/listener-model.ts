import type { ListenerSet, Secret } from '../resources/index.js';
import type { ClientValidation } from './client-validation-model.js';
import type { AuthModel } from './rule-model.js';
import type { Verdict } from './verdict.js';

// Listeners as statuses and fleets see them.

/** A ListenerSet of a Gateway of ours. */
export interface ListenerSetModel {
  readonly listenerSet: ListenerSet;
  /** ListenerSetConditionReason of Accepted: NotAllowed, ParentNotAccepted, ListenersNotValid. One that is NotAllowed has no listeners. */
  readonly accepted: Verdict;
}

export interface ListenerModel {
  /** Unique in the Gateway: that of the spec, or `<namespace>/<set>/<listener>` for one of a ListenerSet. */
  readonly name: string;
  /** Its name where it is written: `sectionName` of parentRefs, status. */
  readonly section: string;
  /** `namespace/name` of the ListenerSet that it is written in; undefined: in the Gateway. */
  readonly set: string | undefined;
  readonly port: number;
  readonly protocol: string;
  /** Undefined takes every host. Lower case. */
  readonly hostname: string | undefined;
  /** ListenerConditionAccepted: UnsupportedProtocol, PortUnavailable… */
  readonly accepted: Verdict;
  /** ListenerConditionConflicted when refused: HostnameConflict, ProtocolConflict. */
  readonly conflicted: Verdict;
  /** ListenerConditionResolvedRefs: InvalidCertificateRef, RefNotPermitted, InvalidRouteKinds. */
  readonly resolvedRefs: Verdict;
  readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[];
  /** Routes that attach, counted whatever the state of the listener or the route (ListenerStatus.attachedRoutes). */
  readonly attachedRoutes: number;
  /** Served certificates, in the order of `tls.certificateRefs`. */
  readonly certificates: readonly CertificateModel[];
  readonly filters: ListenerFilters;
  /** What clients have to present; undefined: nothing. */
  readonly clientValidation: ClientValidation | undefined;
  /** Protocol TLS alone: its connections are handed on encrypted (`tls.mode: Passthrough`). */
  readonly passthrough: boolean;
  /** Whether the listener is part of the fleet's configuration. */
  readonly served: boolean;
}

/** One key pair, checked: PEM parses, key and certificate belong together. */
export interface CertificateModel {
  /** SDS name: `secret/<namespace>/<name>`. */
  readonly name: string;
  readonly secret: Secret;
}

/** What every request of a listener meets before a route is chosen, those without a route included. Source: Gateway API, ListenerFilters. */
export interface ListenerFilters {
  /** Asked in this order; the first that does not let a request pass answers it. */
  readonly auth: readonly AuthModel[];
  /** Why every request is answered 500: one of the filters cannot be honoured. */
  readonly fault: string | undefined;
}

export const NO_FILTERS: ListenerFilters = { auth: [], fault: undefined };
