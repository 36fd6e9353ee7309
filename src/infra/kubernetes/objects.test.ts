import { describe, expect, it } from '@jest/globals';
import type { GatewayParametersSpec } from '../../resources/index.js';
import type { DesiredGateway } from './desired.js';
import { objectsOf } from './objects.js';
import type { InfraObject } from './objects/infra-object.js';
import type { KubernetesInfraSettings } from './settings.js';
import { expectGolden } from './testing/golden.js';

const SETTINGS: KubernetesInfraSettings = {
  image: 'windlass-envoy:1.40',
  xdsHost: 'windlass-xds.windlass-system.svc',
  xdsPort: 18000,
  serverName: 'windlass-xds.windlass-system.svc',
  caBundle: 'PEM',
  ipFamilies: ['IPv4'],
};

const EDGE: DesiredGateway = {
  fleet: 'shop/edge',
  namespace: 'shop',
  name: 'edge',
  gatewayClass: 'windlass',
  uid: '7d1c',
  generation: 1,
  ports: [
    { port: 53, transport: 'TCP' },
    { port: 53, transport: 'UDP' },
    { port: 443, transport: 'TCP' },
  ],
  addresses: [],
  labels: { team: 'red' },
  annotations: { 'example.test/note': 'x' },
  parameters: {},
};

/** Without the bootstrap, which has tests of its own. */
function made(
  parameters: GatewayParametersSpec,
  gateway: Partial<DesiredGateway> = {},
): readonly InfraObject[] {
  return objectsOf({ ...EDGE, ...gateway, parameters }, SETTINGS).map((object) =>
    object.kind === 'ConfigMap' && object.data
      ? { ...object, data: Object.fromEntries(Object.keys(object.data).map((key) => [key, '…'])) }
      : object,
  );
}

const one = (
  kind: string,
  parameters: GatewayParametersSpec,
  gateway: Partial<DesiredGateway> = {},
): InfraObject => {
  const found = made(parameters, gateway).find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} is made`);
  return found;
};

interface PodSpec {
  readonly containers: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

const podOf = (parameters: GatewayParametersSpec, gateway: Partial<DesiredGateway> = {}): PodSpec =>
  (
    one(parameters.kind ?? 'Deployment', parameters, gateway).spec as {
      readonly template: { readonly spec: PodSpec };
    }
  ).template.spec;

describe('the objects of a Gateway', () => {
  it('are these where nothing else is said', () => {
    expectGolden('usual', made({}));
  });

  it('are these where much is said', () => {
    expectGolden(
      'much',
      made({
        kind: 'Deployment',
        image: 'mine:1',
        imagePullPolicy: 'Always',
        imagePullSecrets: [{ name: 'registry' }],
        resources: { requests: { cpu: 1 }, limits: { memory: '1Gi' } },
        concurrency: 4,
        logLevel: 'debug',
        metricsPort: 443,
        service: {
          annotations: { 'lb.example/internal': 'true' },
          labels: { front: 'yes' },
          externalTrafficPolicy: 'Local',
          loadBalancerClass: 'lb.example/nlb',
          loadBalancerSourceRanges: ['192.0.2.0/24'],
          allocateLoadBalancerNodePorts: false,
          ipFamilyPolicy: 'PreferDualStack',
        },
        pod: {
          annotations: { scrape: 'no' },
          labels: { zone: 'dmz' },
          nodeSelector: { pool: 'edge' },
          tolerations: [{ key: 'edge', operator: 'Exists' }],
          affinity: { podAntiAffinity: {} },
          topologySpreadConstraints: [
            { maxSkew: 1, topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule' },
          ],
          priorityClassName: 'high',
          volumes: [{ name: 'extra', emptyDir: {} }],
          volumeMounts: [{ name: 'extra', mountPath: '/extra' }],
          env: [{ name: 'A', value: 'b' }],
        },
        shutdown: { minDrainSeconds: 5, drainSeconds: 300 },
        podDisruptionBudget: { minAvailable: '50%' },
        autoscaling: { minReplicas: 3, maxReplicas: 9, behavior: { scaleDown: {} } },
        podMonitor: { enabled: true, labels: { release: 'prometheus' } },
      }),
    );
  });

  it('are none where the parameters are refused', () => {
    expect(objectsOf({ ...EDGE, parameters: undefined }, SETTINGS)).toEqual([]);
  });

  it('keep their pods when listeners come and go, but for the port of metrics', () => {
    const pod = podOf({});
    expect(podOf({}, { ports: [...EDGE.ports, { port: 8080, transport: 'TCP' }] })).toEqual(pod);
    expect(podOf({}, { ports: [{ port: 19_001, transport: 'UDP' }] })).toEqual(pod);
    expect(podOf({}, { ports: [{ port: 19_001, transport: 'TCP' }] }).containers[0]?.['ports']).toEqual([
      { name: 'metrics', containerPort: 19_002, protocol: 'TCP' },
    ]);
  });

  it('keep their pods when the CA changes, and replace them when the bootstrap does', () => {
    const template = (settings: Partial<KubernetesInfraSettings>): unknown =>
      objectsOf(EDGE, { ...SETTINGS, ...settings }).find(({ kind }) => kind === 'Deployment')?.spec?.[
        'template'
      ];
    expect(template({ caBundle: 'OTHER' })).toEqual(template({}));
    expect(template({ xdsPort: 18_001 })).not.toEqual(template({}));
  });

  it('of a DaemonSet have no replicas and place themselves', () => {
    const { spec } = one('DaemonSet', { kind: 'DaemonSet' });
    expect(Object.keys(spec ?? {})).toEqual(['selector', 'template', 'updateStrategy']);
    expect(podOf({ kind: 'DaemonSet' })).not.toHaveProperty('topologySpreadConstraints');
    expect(spec?.['updateStrategy']).toMatchObject({ rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
  });

  it('on the network of nodes set up none of it, and make room before a new pod binds', () => {
    const parameters: GatewayParametersSpec = { hostNetwork: true };
    expect(podOf(parameters)).toMatchObject({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' });
    expect(podOf(parameters)['securityContext']).not.toHaveProperty('sysctls');
    expect(one('Deployment', parameters).spec?.['strategy']).toMatchObject({
      rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
    });
    expect(one('Service', parameters).spec?.['type']).toBe('ClusterIP');
  });

  it('carry the labels and annotations of the Gateway’s infrastructure, and so do their pods', () => {
    for (const object of made({})) {
      expect(object.metadata.labels).toMatchObject({ team: 'red' });
      expect(object.metadata.annotations).toMatchObject({ 'example.test/note': 'x' });
    }
    const { template } = one('Deployment', {}).spec as { readonly template: Pick<InfraObject, 'metadata'> };
    expect(template.metadata.labels).toMatchObject({ team: 'red' });
    expect(template.metadata.annotations).toMatchObject({ 'example.test/note': 'x' });
  });

  it('are found by the same labels whatever users add', () => {
    const labels = {
      'app.kubernetes.io/managed-by': 'me',
      'gateway.networking.k8s.io/gateway-name': 'other',
    };
    const deployment = one('Deployment', { pod: { labels } }, { labels });
    const { selector, template } = deployment.spec as {
      readonly selector: { readonly matchLabels: object };
      readonly template: { readonly metadata: { readonly labels: object } };
    };
    expect(deployment.metadata.labels).toMatchObject(selector.matchLabels);
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    expect(selector.matchLabels).toEqual({
      'app.kubernetes.io/managed-by': 'windlass',
      'gateway.networking.k8s.io/gateway-name': 'edge',
    });
  });

  it('without a valid listener are without a Service, which needs a port', () => {
    expect(made({}, { ports: [] }).map(({ kind }) => kind)).not.toContain('Service');
  });

  it('serve both IP families where pods have both', () => {
    const objects = objectsOf(EDGE, { ...SETTINGS, ipFamilies: ['IPv4', 'IPv6'] });
    const service = objects.find(({ kind }) => kind === 'Service');
    expect(service?.spec?.['ipFamilyPolicy']).toBe('PreferDualStack');
    const { data } = objects.find(({ kind }) => kind === 'ConfigMap') ?? {};
    expect(data?.['bootstrap.json']).toContain('"ipv4Compat": true');
  });
});
