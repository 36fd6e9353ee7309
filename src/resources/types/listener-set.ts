import type { KubeObject } from '../object.js';
import type { Listener } from './gateway.js';

// ListenerSet of gateway.networking.k8s.io/v1, with structural defaults applied. Source: Gateway API v1.7.0.

/** Names the Gateway that the listeners join. */
export interface ParentGatewayReference {
  readonly group?: string;
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Its listeners have the shape of a Gateway's. */
export interface ListenerSet extends KubeObject {
  readonly kind: 'ListenerSet';
  readonly spec: {
    readonly parentRef: ParentGatewayReference;
    readonly listeners: readonly Listener[];
  };
}
