import { until } from '../harness/until.js';
import type { Cluster, Found } from './infra-world.js';

// Gateways and parameters as users write them, and what is asked about what becomes of them.

/** YAML of a Gateway with one listener. @param more further lines of its spec */
export const gateway = (
  name: string,
  at: string,
  more = '',
  port = 80,
): string => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: ${at} }
spec:
  gatewayClassName: windlass
  listeners: [{ name: http, port: ${port}, protocol: HTTP }]
${more}`;

/** YAML of GatewayParameters. */
export const parameters = (
  name: string,
  at: string,
  spec: string,
): string => `apiVersion: windlass.io/v1alpha1
kind: GatewayParameters
metadata: { name: ${name}, namespace: ${at} }
spec: ${spec}`;

/** For a Gateway: its parameters are called `how`. */
export const USING =
  '  infrastructure: { parametersRef: { group: windlass.io, kind: GatewayParameters, name: how } }\n';

/** What every Gateway has, as {@link Site.has} names it. */
export const usual = (name: string): readonly string[] =>
  ['ServiceAccount', 'ConfigMap', 'Service', 'Deployment', 'PodDisruptionBudget'].map(
    (kind) => `${kind} ${name}`,
  );

export interface Site {
  /** A namespace of its own, in which only pods of the restricted profile may run. */
  namespace(): Promise<string>;
  /** Waits until this is all there is of ours in the namespace, by `Kind name`. */
  has(at: string, ...names: readonly string[]): Promise<ReadonlyMap<string, Found>>;
  one(kind: string, at: string, name: string): Promise<Found>;
  /** Addresses of a Service, as whoever gives them out writes them. */
  assign(at: string, name: string, ...ingress: readonly object[]): Promise<void>;
}

export function siteOf(cluster: Cluster): Site {
  let count = 0;
  return {
    namespace: async () => {
      count += 1;
      const name = `shop-${count}`;
      await cluster.put(`apiVersion: v1
kind: Namespace
metadata:
  name: ${name}
  labels: { pod-security.kubernetes.io/enforce: restricted }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: default, namespace: ${name} }`);
      return name;
    },
    has: (at, ...names) =>
      until(`there are ${names.join(', ')}`, async () => {
        const found = await cluster.ours(at);
        return JSON.stringify([...found.keys()].toSorted()) === JSON.stringify(names.toSorted())
          ? found
          : undefined;
      }),
    one: async (kind, at, name) => {
      const found = (await cluster.ours(at)).get(`${kind} ${name}`);
      if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
      return found;
    },
    assign: async (at, name, ...ingress) => {
      await cluster.client.call({
        method: 'PATCH',
        path: `/api/v1/namespaces/${at}/services/${name}/status`,
        contentType: 'application/merge-patch+json',
        body: { status: { loadBalancer: { ingress } } },
      });
    },
  };
}
