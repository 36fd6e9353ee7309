import type { Checks } from './checks.js';

export interface TranslatorOptions {
  /** GatewayClasses with this `spec.controllerName` are ours. */
  readonly controllerName: string;
  /** Name of the class that counts as present while absent, if `implicitClass`. */
  readonly gatewayClassName: string;
  readonly implicitClass: boolean;
  /** Whether Services of type ExternalName may be backends. */
  readonly allowExternalName: boolean;
  /** Whether an ExternalName may name this host itself (localhost, 127/8, ::1). Default: false; only for directory mode. */
  readonly allowLoopback?: boolean;
  /** In place of some of {@link CHECKS}: for tests. */
  readonly checks?: Partial<Checks>;
}

/** How often each step really ran since the translator was made; cache hits do not count. */
export interface TranslatorCounters {
  readonly routesResolved: number;
  readonly routesAttached: number;
  readonly listenersAnalysed: number;
  readonly certificatesChecked: number;
  readonly clustersBuilt: number;
  readonly endpointsBuilt: number;
  readonly virtualHostsAssembled: number;
  readonly tablesAssembled: number;
}
