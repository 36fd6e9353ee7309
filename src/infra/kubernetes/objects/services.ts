import type { DesiredGateway } from '../desired.js';
import { selectorOf } from '../names.js';
import type { Parameters } from '../parameters.js';
import type { ServicePlan } from '../service-plans.js';
import type { KubernetesInfraSettings } from '../settings.js';
import { infraObject, type InfraObject } from './infra-object.js';

/** The Services; none without a port, which no Service can be. */
export function services(
  gateway: DesiredGateway,
  { service }: Parameters,
  plans: readonly ServicePlan[],
  { ipFamilies }: Pick<KubernetesInfraSettings, 'ipFamilies'>,
): readonly InfraObject[] {
  if (gateway.ports.length === 0) return [];
  // Envoy binds the very port that clients know.
  const ports = gateway.ports.map(({ port, transport }) => ({
    name: `${transport.toLowerCase()}-${port}`,
    protocol: transport,
    port,
    targetPort: port,
  }));
  const ipFamilyPolicy = service.ipFamilyPolicy ?? (ipFamilies.length > 1 ? 'PreferDualStack' : undefined);
  return plans.map(({ suffix, type, loadBalancerIP, clusterIP }) => ({
    ...infraObject('Service', gateway, { ...service, suffix }),
    spec: {
      type,
      selector: selectorOf(gateway.name),
      ports,
      ...(ipFamilyPolicy !== undefined && { ipFamilyPolicy }),
      ...(clusterIP !== undefined && { clusterIP }),
      ...(type !== 'ClusterIP' && { externalTrafficPolicy: service.externalTrafficPolicy ?? 'Cluster' }),
      ...(type === 'LoadBalancer' && loadBalancer(service, loadBalancerIP)),
    },
  }));
}

function loadBalancer(service: Parameters['service'], loadBalancerIP: string | undefined): object {
  const { loadBalancerClass, loadBalancerSourceRanges, allocateLoadBalancerNodePorts } = service;
  return {
    ...(loadBalancerIP !== undefined && { loadBalancerIP }),
    ...(loadBalancerClass !== undefined && { loadBalancerClass }),
    ...(loadBalancerSourceRanges && { loadBalancerSourceRanges }),
    ...(allocateLoadBalancerNodePorts !== undefined && { allocateLoadBalancerNodePorts }),
  };
}
