import type { SystemCertificates } from './ca-bundle.js';
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
  /** The CA certificates that `wellKnownCACertificates: System` names; default: none. Asked when a policy asks for them. */
  readonly systemCertificates?: SystemCertificates;
  /** In place of some of {@link CHECKS}: for tests. */
  readonly checks?: Partial<Checks>;
}

/** How often each step really ran since the translator was made; what was taken over does not count. */
export interface TranslatorCounters {
  /** Routes of a Gateway that were looked at: they, or something they read, changed. */
  readonly routesVisited: number;
  readonly routesResolved: number;
  readonly routesAttached: number;
  readonly listenersAnalysed: number;
  readonly certificatesChecked: number;
  readonly clustersBuilt: number;
  /** Rules whose clusters were counted, because they came to a virtual host or left it. */
  readonly rulesCounted: number;
  /** Clusters whose endpoints were looked at. */
  readonly endpointsVisited: number;
  readonly endpointsBuilt: number;
  readonly virtualHostsAssembled: number;
  readonly tablesAssembled: number;
  readonly routeModelsMade: number;
}

export type Counts = { -readonly [C in keyof TranslatorCounters]: number };

export function noCounts(): Counts {
  return {
    routesVisited: 0,
    routesResolved: 0,
    routesAttached: 0,
    listenersAnalysed: 0,
    certificatesChecked: 0,
    clustersBuilt: 0,
    rulesCounted: 0,
    endpointsVisited: 0,
    endpointsBuilt: 0,
    virtualHostsAssembled: 0,
    tablesAssembled: 0,
    routeModelsMade: 0,
  };
}
