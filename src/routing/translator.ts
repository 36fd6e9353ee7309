import type { Store } from '../store/index.js';
import type { Model } from './model.js';

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

export interface Translator {
  /** The model of the store's moment. Whatever did not change keeps its identity; an unchanged model is the very same one. */
  translate(store: Store): Model;
  counters(): TranslatorCounters;
}

export function createTranslator(_options: TranslatorOptions): Translator {
  return {
    translate: () => ({ gatewayClasses: [], gateways: [], routes: [] }),
    counters: () => ({ routesResolved: 0, routesAttached: 0, listenersAnalysed: 0, certificatesChecked: 0, clustersBuilt: 0, endpointsBuilt: 0, virtualHostsAssembled: 0, tablesAssembled: 0 }),
  };
}
