import type { Condition, ObjectRef, ParentReference, Policy, RouteKind } from '../resources/index.js';

/** A condition before it is known since when it holds. */
export type CurrentCondition = Omit<Condition, 'lastTransitionTime'>;

/** `status` of an object of ours, with its name. Source: GatewayClassStatus, GatewayStatus, ListenerSetStatus, RouteStatus and PolicyStatus of the Gateway API. */
export type ObjectStatus<C extends CurrentCondition = Condition> =
  | { readonly kind: 'GatewayClass'; readonly ref: ObjectRef; readonly status: GatewayClassStatus<C> }
  | { readonly kind: 'Gateway'; readonly ref: ObjectRef; readonly status: GatewayStatus<C> }
  | { readonly kind: 'ListenerSet'; readonly ref: ObjectRef; readonly status: ListenerSetStatus<C> }
  | { readonly kind: RouteKind; readonly ref: ObjectRef; readonly status: RouteStatus<C> }
  | { readonly kind: Policy['kind']; readonly ref: ObjectRef; readonly status: PolicyStatus<C> };

export interface GatewayClassStatus<C extends CurrentCondition = Condition> {
  readonly conditions: readonly C[];
  /** In ascending order of the names. */
  readonly supportedFeatures: readonly { readonly name: string }[];
}

export interface GatewayStatus<C extends CurrentCondition = Condition> {
  readonly addresses: readonly { readonly type: 'IPAddress' | 'Hostname'; readonly value: string }[];
  readonly conditions: readonly C[];
  readonly listeners: readonly ListenerStatus<C>[];
  /** How many ListenerSets are accepted. */
  readonly attachedListenerSets: number;
}

export interface ListenerSetStatus<C extends CurrentCondition = Condition> {
  readonly conditions: readonly C[];
  readonly listeners: readonly ListenerStatus<C>[];
}

export interface ListenerStatus<C extends CurrentCondition = Condition> {
  readonly name: string;
  readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[];
  readonly attachedRoutes: number;
  readonly conditions: readonly C[];
}

export interface RouteStatus<C extends CurrentCondition = Condition> {
  readonly parents: readonly ParentStatus<C>[];
}

export interface ParentStatus<C extends CurrentCondition = Condition> {
  /** As written in the spec. */
  readonly parentRef: ParentReference;
  readonly controllerName: string;
  readonly conditions: readonly C[];
}

export interface PolicyStatus<C extends CurrentCondition = Condition> {
  readonly ancestors: readonly AncestorStatus<C>[];
}

export interface AncestorStatus<C extends CurrentCondition = Condition> {
  readonly ancestorRef: ParentReference;
  readonly controllerName: string;
  readonly conditions: readonly C[];
}
