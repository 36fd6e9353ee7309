import type { Securable, TrustedCa } from './world.js';

/** Name that the certificate of every backend carries. */
export const BACKEND_NAME = 'backend.test';

export function backendTlsObject(service: Securable, ca: TrustedCa): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'BackendTLSPolicy',
    metadata: { name: service, namespace: 'default' },
    spec: {
      targetRefs: [{ group: '', kind: 'Service', name: service }],
      validation: {
        hostname: BACKEND_NAME,
        caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: ca }],
      },
    },
  };
}

/** As much as retries may ever need. */
export function trafficPolicyObject(service: Securable): object {
  return {
    apiVersion: 'gateway.networking.x-k8s.io/v1alpha1',
    kind: 'XBackendTrafficPolicy',
    metadata: { name: 'budget', namespace: 'default' },
    spec: {
      targetRefs: [{ group: '', kind: 'Service', name: service }],
      retryConstraint: {
        budget: { percent: 100, interval: '10s' },
        minRetryRate: { count: 1000, interval: '1s' },
      },
    },
  };
}

export function telemetryObject(): object {
  return {
    apiVersion: 'gateway.networking.x-k8s.io/v1alpha1',
    kind: 'XTelemetryPolicy',
    metadata: { name: 'tracing', namespace: 'default' },
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' }],
      tracing: {
        mode: 'Enabled',
        provider: { backendRef: { name: 'auth', port: 80 } },
        samplingRate: { numerator: 50 },
      },
    },
  };
}
