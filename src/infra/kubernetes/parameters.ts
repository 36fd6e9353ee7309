import type {
  GatewayParametersSpec,
  ObjectPatch,
  PodParameters,
  ServiceParameters,
} from '../../resources/index.js';
import type { DesiredPort } from './desired.js';
import type { KubernetesInfraSettings } from './settings.js';

/** Parameters with every default in its place; what stays undefined is left to the API server. */
export interface Parameters {
  readonly kind: 'Deployment' | 'DaemonSet';
  readonly replicas: number;
  readonly image: string;
  readonly imagePullPolicy: string | undefined;
  readonly imagePullSecrets: readonly { readonly name: string }[];
  readonly resources: NonNullable<GatewayParametersSpec['resources']>;
  readonly concurrency: number;
  readonly logLevel: string;
  /** Not the port of a listener. */
  readonly metricsPort: number;
  readonly hostNetwork: boolean;
  readonly service: ServiceParameters & Required<Pick<ServiceParameters, 'type'>>;
  readonly pod: PodParameters;
  /** Seconds. */
  readonly minDrain: number;
  readonly maxDrain: number;
  /** Undefined: there is none. */
  readonly disruptionBudget:
    { readonly minAvailable: number | string } | { readonly maxUnavailable: number | string } | undefined;
  readonly autoscaling: Autoscaling | undefined;
  readonly podMonitor:
    { readonly interval: string; readonly labels: Readonly<Record<string, string>> } | undefined;
  readonly patches: readonly ObjectPatch[];
}

interface Autoscaling {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly targetCPUUtilizationPercentage: number;
  readonly metrics: readonly object[] | undefined;
  readonly behavior: object | undefined;
}

/** What counts where nothing is said, by path in the spec. `docs/reference/gateway-parameters.md` repeats it; a test ties the two. */
export const PARAMETER_DEFAULTS = {
  kind: 'Deployment',
  replicas: 2,
  concurrency: 2,
  logLevel: 'info',
  metricsPort: 19_001,
  hostNetwork: false,
  'resources.requests': { cpu: '100m', memory: '128Mi' },
  'service.type': 'LoadBalancer',
  'shutdown.minDrainSeconds': 10,
  'shutdown.drainSeconds': 60,
  'podDisruptionBudget.enabled': true,
  'podDisruptionBudget.maxUnavailable': 1,
  'autoscaling.enabled': true,
  'autoscaling.minReplicas': 2,
  'autoscaling.maxReplicas': 10,
  'autoscaling.targetCPUUtilizationPercentage': 80,
  'podMonitor.enabled': false,
  'podMonitor.interval': '30s',
} as const;

export function compileParameters(
  spec: GatewayParametersSpec,
  settings: Pick<KubernetesInfraSettings, 'image'>,
  ports: readonly DesiredPort[],
): Parameters {
  const defaults = PARAMETER_DEFAULTS;
  const kind = spec.kind ?? defaults.kind;
  const { podMonitor: monitor, shutdown } = spec;
  const maxDrain = shutdown?.drainSeconds ?? defaults['shutdown.drainSeconds'];
  return {
    kind,
    replicas: spec.replicas ?? defaults.replicas,
    image: spec.image ?? settings.image,
    imagePullPolicy: spec.imagePullPolicy,
    imagePullSecrets: spec.imagePullSecrets ?? [],
    resources: { ...spec.resources, requests: spec.resources?.requests ?? defaults['resources.requests'] },
    concurrency: spec.concurrency ?? defaults.concurrency,
    logLevel: spec.logLevel ?? defaults.logLevel,
    metricsPort: freePort(spec.metricsPort ?? defaults.metricsPort, ports),
    hostNetwork: spec.hostNetwork ?? defaults.hostNetwork,
    service: { ...spec.service, type: spec.service?.type ?? defaults['service.type'] },
    pod: spec.pod ?? {},
    minDrain: Math.min(shutdown?.minDrainSeconds ?? defaults['shutdown.minDrainSeconds'], maxDrain),
    maxDrain,
    disruptionBudget: disruptionBudget(spec.podDisruptionBudget),
    autoscaling: kind === 'Deployment' ? autoscaling(spec.autoscaling) : undefined,
    podMonitor:
      (monitor?.enabled ?? defaults['podMonitor.enabled'])
        ? { interval: monitor?.interval ?? defaults['podMonitor.interval'], labels: monitor?.labels ?? {} }
        : undefined,
    patches: spec.patches ?? [],
  };
}

/** This one, or the next that no listener has: what the proxies of a Gateway answer on is first of all its listeners'. */
function freePort(wanted: number, ports: readonly DesiredPort[]): number {
  const taken = new Set(ports.flatMap(({ port, transport }) => (transport === 'TCP' ? [port] : [])));
  let port = wanted;
  while (taken.has(port)) port = port === 65_535 ? 1024 : port + 1;
  return port;
}

function disruptionBudget(
  spec: GatewayParametersSpec['podDisruptionBudget'],
): Parameters['disruptionBudget'] {
  if (!(spec?.enabled ?? PARAMETER_DEFAULTS['podDisruptionBudget.enabled'])) return undefined;
  if (spec?.minAvailable !== undefined) return { minAvailable: spec.minAvailable };
  return { maxUnavailable: spec?.maxUnavailable ?? PARAMETER_DEFAULTS['podDisruptionBudget.maxUnavailable'] };
}

/** Only where the field is there at all. */
function autoscaling(spec: GatewayParametersSpec['autoscaling']): Autoscaling | undefined {
  const defaults = PARAMETER_DEFAULTS;
  if (spec === undefined || !(spec.enabled ?? defaults['autoscaling.enabled'])) return undefined;
  const maxReplicas = spec.maxReplicas ?? defaults['autoscaling.maxReplicas'];
  const minReplicas = spec.minReplicas ?? Math.min(defaults['autoscaling.minReplicas'], maxReplicas);
  return {
    minReplicas,
    maxReplicas: Math.max(minReplicas, maxReplicas),
    targetCPUUtilizationPercentage:
      spec.targetCPUUtilizationPercentage ?? defaults['autoscaling.targetCPUUtilizationPercentage'],
    metrics: spec.metrics,
    behavior: spec.behavior,
  };
}
