import { TOKEN_AUDIENCE } from '../../../kubernetes/index.js';
import type { DesiredGateway } from '../desired.js';
import { ANNOTATIONS, digest, infraName, labelsOf, selectorOf } from '../names.js';
import type { Parameters } from '../parameters.js';
import { TOKEN_SECONDS } from '../settings.js';

// The pod of an Envoy: within the restricted profile of Kubernetes' Pod Security Standards, whatever ports the listeners have.

/** Where things are, as the container sees them; none within another, and none below `/var/run`, which in many images is `/run`. */
export const PATHS = {
  config: '/etc/windlass',
  ca: '/etc/windlass-ca',
  caFile: '/etc/windlass-ca/ca.crt',
  token: '/etc/windlass-token',
  tokenFile: '/etc/windlass-token/token',
  run: '/run/windlass',
  adminSocket: '/run/windlass/admin.sock',
} as const;

/** Nobody's, as in images without a user database. */
const USER = 65_532;
/** What is left of the grace period when connections have had their time. Seconds. */
const AFTER_DRAIN = 15;
/** How long a listener that was changed or removed lets its connections end, in seconds. */
const LISTENER_DRAIN = 10;

export function podTemplate(gateway: DesiredGateway, parameters: Parameters, bootstrap: string): object {
  const { pod, hostNetwork } = parameters;
  const name = infraName(gateway.name, gateway.gatewayClass);
  return {
    metadata: {
      labels: { ...pod.labels, ...gateway.labels, ...labelsOf(gateway.name, gateway.gatewayClass) },
      annotations: {
        ...pod.annotations,
        ...gateway.annotations,
        [ANNOTATIONS.fleet]: gateway.fleet,
        [ANNOTATIONS.bootstrap]: digest(bootstrap),
      },
    },
    spec: {
      serviceAccountName: name,
      // Of the token that is there for the API server; Envoy has its own.
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: parameters.maxDrain + AFTER_DRAIN,
      ...(hostNetwork && { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        seccompProfile: { type: 'RuntimeDefault' },
        // Any listener's port, without a capability. The network of a node is not the pod's to set up.
        ...(!hostNetwork && { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] }),
      },
      ...scheduling(gateway, parameters),
      ...(parameters.imagePullSecrets.length > 0 && { imagePullSecrets: parameters.imagePullSecrets }),
      containers: [envoy(parameters)],
      volumes: [...volumes(name), ...(pod.volumes ?? [])],
    },
  };
}

function scheduling({ name }: DesiredGateway, { kind, pod }: Parameters): object {
  const labelSelector = { matchLabels: selectorOf(name) };
  const apart = (topologyKey: string): object => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: 'ScheduleAnyway',
  });
  const spread = pod.topologySpreadConstraints ?? [
    apart('topology.kubernetes.io/zone'),
    apart('kubernetes.io/hostname'),
  ];
  return {
    ...(pod.nodeSelector && { nodeSelector: pod.nodeSelector }),
    ...(pod.tolerations && { tolerations: pod.tolerations }),
    ...(pod.affinity && { affinity: pod.affinity }),
    ...(pod.priorityClassName !== undefined && { priorityClassName: pod.priorityClassName }),
    // A DaemonSet places its pods itself.
    ...(kind === 'Deployment' && {
      topologySpreadConstraints: spread.map((constraint) => ({ labelSelector, ...constraint })),
    }),
  };
}

function envoy(parameters: Parameters): object {
  const { image, imagePullPolicy, resources, metricsPort, pod, minDrain, maxDrain } = parameters;
  return {
    name: 'envoy',
    image,
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    command: ['/usr/local/bin/envoy'],
    args: [
      ...['--config-path', `${PATHS.config}/bootstrap.json`],
      ...['--service-node', '$(POD_NAMESPACE)/$(POD_NAME)'],
      '--disable-hot-restart',
      ...['--concurrency', String(parameters.concurrency)],
      ...['--drain-time-s', String(LISTENER_DRAIN), '--drain-strategy', 'immediate'],
      ...['--log-level', parameters.logLevel],
      '--ignore-unknown-dynamic-fields',
    ],
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      ...(pod.env ?? []),
    ],
    // Those of listeners are not named here: a new one must not replace pods.
    ports: [{ name: 'metrics', containerPort: metricsPort, protocol: 'TCP' }],
    resources,
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    // It answers from the first complete configuration on, and no longer once it drains. A pod that ends is out of the endpoints at once, whatever it answers:
    // only one that hangs is found by this, and a node without a processor to spare must not take all Envoys out together. There is no liveness probe: an
    // Envoy that waits for its control plane is not helped by a restart.
    readinessProbe: {
      httpGet: { path: '/ready', port: 'metrics' },
      periodSeconds: 2,
      timeoutSeconds: 5,
      failureThreshold: 5,
    },
    lifecycle: {
      preStop: {
        exec: {
          command: [
            '/usr/local/bin/windlass-drain',
            ...['-admin', PATHS.adminSocket, '-metrics-port', String(metricsPort)],
            ...['-min', `${minDrain}s`, '-max', `${maxDrain}s`],
          ],
        },
      },
    },
    volumeMounts: [
      { name: 'config', mountPath: PATHS.config, readOnly: true },
      { name: 'ca', mountPath: PATHS.ca, readOnly: true },
      { name: 'token', mountPath: PATHS.token, readOnly: true },
      { name: 'run', mountPath: PATHS.run },
      ...(pod.volumeMounts ?? []),
    ],
  };
}

/** Bootstrap and CA are of one ConfigMap in two volumes: kubelet swaps each as a whole, and Envoy watches each for itself. */
function volumes(configMap: string): readonly object[] {
  const from = (...keys: readonly string[]): object => ({
    name: configMap,
    items: keys.map((key) => ({ key, path: key })),
  });
  const serviceAccountToken = {
    audience: TOKEN_AUDIENCE,
    expirationSeconds: TOKEN_SECONDS,
    path: 'token',
  };
  return [
    { name: 'config', configMap: from('bootstrap.json', 'ca-secret.json', 'token-secret.json') },
    { name: 'ca', configMap: from('ca.crt') },
    { name: 'token', projected: { sources: [{ serviceAccountToken }] } },
    // The admin socket is all that is written.
    { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
  ];
}
