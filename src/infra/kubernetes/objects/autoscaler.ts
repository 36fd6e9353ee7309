import type { DesiredGateway } from '../desired.js';
import { infraName } from '../names.js';
import type { Parameters } from '../parameters.js';
import { INFRA_KINDS, infraObject, type InfraObject } from './infra-object.js';

export function autoscaler(gateway: DesiredGateway, { autoscaling }: Parameters): readonly InfraObject[] {
  if (autoscaling === undefined) return [];
  const { minReplicas, maxReplicas, targetCPUUtilizationPercentage: averageUtilization } = autoscaling;
  const { metrics, behavior } = autoscaling;
  const cpu = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
  };
  const spec = {
    scaleTargetRef: {
      apiVersion: INFRA_KINDS.Deployment.apiVersion,
      kind: 'Deployment',
      name: infraName(gateway.name, gateway.gatewayClass),
    },
    minReplicas,
    maxReplicas,
    metrics: metrics ?? [cpu],
    ...(behavior && { behavior }),
  };
  return [{ ...infraObject('HorizontalPodAutoscaler', gateway), spec }];
}
