import type { KubeObject } from '../object.js';
import type { BackendObjectReference } from './route.js';

// XTelemetryPolicy of gateway.networking.x-k8s.io/v1alpha1, with structural defaults applied. Source: Gateway API v1.7.0.

/** At most 1; `denominator` is 100 by default. */
export interface SamplingRate {
  readonly numerator: number;
  readonly denominator?: number;
}

/** Absent means the implementation's default. */
export type TelemetryMode = 'Enabled' | 'Disabled' | 'ImplementationDefault';

export type TelemetryAttribute = { readonly name: string } & (
  | { readonly sourceType: 'Header'; readonly headerName: string }
  | { readonly sourceType: 'Literal'; readonly literalValue: string }
  | { readonly sourceType: 'Attribute'; readonly attributeKey: string }
);

/** Everything but `mode` is set only where that is Enabled, and `provider` always then (CEL rules). */
export interface TelemetryTracing {
  readonly mode?: TelemetryMode;
  readonly provider?: {
    readonly backendRef: BackendObjectReference;
    readonly headers?: readonly { readonly name: string; readonly value: string }[];
  };
  readonly samplingRate?: SamplingRate;
  readonly parentBasedSampling?: { readonly mode?: TelemetryMode; readonly samplingRate?: SamplingRate };
  readonly serviceName?: string;
  readonly spanName?: string;
  readonly attributes?: readonly TelemetryAttribute[];
}

export interface TelemetryPolicy extends KubeObject {
  readonly kind: 'XTelemetryPolicy';
  readonly spec: {
    /** Gateways of the policy's own namespace. */
    readonly targetRefs: readonly {
      readonly group: string;
      readonly kind: string;
      readonly name: string;
    }[];
    /** Always there (a CEL rule). */
    readonly tracing?: TelemetryTracing;
  };
}
