import { podBootstrapFiles } from './bootstrap.js';
import type { DesiredGateway } from './desired.js';
import { autoscaler } from './objects/autoscaler.js';
import { configMap } from './objects/config-map.js';
import { disruptionBudget } from './objects/disruption-budget.js';
import { infraObject, type InfraObject } from './objects/infra-object.js';
import { PATHS } from './objects/pod-template.js';
import { podMonitor } from './objects/pod-monitor.js';
import { services } from './objects/services.js';
import { workload } from './objects/workload.js';
import { compileParameters } from './parameters.js';
import { patched } from './patches.js';
import { servicePlans } from './service-plans.js';
import { bindAddresses, type KubernetesInfraSettings } from './settings.js';

/** Everything that a Gateway needs in the cluster, in the order in which it is made. Pure; parameters that are refused make nothing. */
export function objectsOf(
  gateway: DesiredGateway,
  settings: KubernetesInfraSettings,
): readonly InfraObject[] {
  if (gateway.parameters === undefined) return [];
  const parameters = compileParameters(gateway.parameters, settings, gateway.ports);
  const bootstrap = podBootstrapFiles({
    fleet: gateway.fleet,
    xdsHost: settings.xdsHost,
    xdsPort: settings.xdsPort,
    serverName: settings.serverName,
    caFile: PATHS.caFile,
    tokenFile: PATHS.tokenFile,
    directory: PATHS.config,
    // The last one takes both families.
    metricsAddress: bindAddresses(settings.ipFamilies).at(-1) ?? '0.0.0.0',
    metricsPort: parameters.metricsPort,
    adminSocket: PATHS.adminSocket,
  });
  const { services: plans } = servicePlans(gateway.addresses, parameters);
  const objects = [
    { ...infraObject('ServiceAccount', gateway), automountServiceAccountToken: false },
    configMap(gateway, bootstrap, settings.caBundle),
    ...services(gateway, parameters, plans, settings),
    workload(gateway, parameters, bootstrap['bootstrap.json']),
    ...disruptionBudget(gateway, parameters),
    ...autoscaler(gateway, parameters),
    ...podMonitor(gateway, parameters),
  ];
  return objects.map((object) => patched(object, parameters.patches));
}
