// What routes of every kind have in common. Source: Gateway API v1.7.0, CommonRouteSpec.

export interface ParentReference {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly sectionName?: string;
  readonly port?: number;
}

export interface BackendObjectReference {
  readonly group?: string;
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
  readonly port?: number;
}

export interface RouteSpec {
  readonly parentRefs?: readonly ParentReference[];
  /** Whether every default Gateway is a parent too. */
  readonly useDefaultGateways?: 'All' | 'None';
}
