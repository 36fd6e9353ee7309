import type { DesiredGateway } from '../desired.js';
import { selectorOf } from '../names.js';
import type { Parameters } from '../parameters.js';
import { infraObject, type InfraObject } from './infra-object.js';
import { podTemplate } from './pod-template.js';

/** The Deployment or DaemonSet. Roll-outs start each new pod before an old one is asked to go. */
export function workload(gateway: DesiredGateway, parameters: Parameters, bootstrap: string): InfraObject {
  const { kind, replicas, autoscaling } = parameters;
  const shared = {
    selector: { matchLabels: selectorOf(gateway.name) },
    template: podTemplate(gateway, parameters, bootstrap),
  };
  const type = 'RollingUpdate';
  const rollingUpdate = pace(parameters);
  return {
    ...infraObject(kind, gateway),
    spec:
      kind === 'DaemonSet'
        ? { ...shared, updateStrategy: { type, rollingUpdate } }
        : {
            // Where they are counted by an autoscaler the field is its own.
            ...(autoscaling === undefined && { replicas }),
            ...shared,
            strategy: { type, rollingUpdate },
          },
  };
}

/** On the network of its node a new pod cannot bind what the old one still has. */
function pace({ hostNetwork, kind }: Parameters): object {
  if (hostNetwork) return { maxSurge: 0, maxUnavailable: 1 };
  return { maxSurge: kind === 'DaemonSet' ? 1 : '25%', maxUnavailable: 0 };
}
