import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { CHART, manifest, NAMESPACE, render, setting, type Manifest } from '../cluster/chart.js';
import { Commands } from '../cluster/commands.js';

// Helm is built first, once.
jest.setTimeout(900_000);
const commands = new Commands();
afterAll(() => commands.dispose());

const rendered = (...values: string[]): Promise<readonly Manifest[]> => render(commands, values);
const named = (all: readonly Manifest[]): readonly string[] =>
  all.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted();
const deployment = async (...values: string[]): Promise<Manifest> =>
  manifest(await rendered(...values), 'Deployment');
const refusal = async (...values: string[]): Promise<string> => {
  const args = ['template', 'windlass', CHART, ...setting(values)];
  const { code, stderr } = await commands.run('helm', args);
  expect(code).toBe(1);
  return stderr;
};

const ALWAYS = [
  'ClusterRole windlass',
  'ClusterRoleBinding windlass',
  'Deployment windlass',
  'GatewayClass windlass',
  'NetworkPolicy windlass',
  'PodDisruptionBudget windlass',
  'Role windlass',
  'RoleBinding windlass',
  'Service windlass-metrics',
  'Service windlass-replicas',
  'Service windlass-xds',
  'ServiceAccount windlass',
];

describe('the chart', () => {
  it('passes lint, with every option on as well', async () => {
    const all = ['gatewayApi.experimental=true', 'metrics.serviceMonitor.enabled=true'];
    for (const values of [[], [...all, 'metrics.prometheusRule.enabled=true']]) {
      const args = ['lint', '--strict', CHART, ...setting(values)];
      expect(await commands.ok('helm', args)).toContain('1 chart(s) linted, 0 chart(s) failed');
    }
  });

  it('makes these objects, all in the namespace of the release', async () => {
    const all = await rendered();
    expect(named(all)).toEqual(ALWAYS);
    const namespaces = all.flatMap(({ metadata: { namespace } }) => (namespace ? [namespace] : []));
    expect(new Set(namespaces)).toEqual(new Set([NAMESPACE]));
  });

  it.each([
    ['gatewayClass.create', 'GatewayClass windlass'],
    ['networkPolicy.enabled', 'NetworkPolicy windlass'],
    ['podDisruptionBudget.enabled', 'PodDisruptionBudget windlass'],
    ['serviceAccount.create', 'ServiceAccount windlass'],
  ])('without %s makes no %s', async (value, what) => {
    expect(named(await rendered(`${value}=false`))).toEqual(ALWAYS.filter((one) => one !== what));
  });

  it('without rbac.create makes no role and no binding', async () => {
    const left = named(await rendered('rbac.create=false'));
    expect(left).toEqual(ALWAYS.filter((one) => !one.includes('Role')));
  });

  it('makes a ServiceMonitor and alerts when asked to, with the labels they are selected by', async () => {
    const labels = '{"release":"prometheus"}';
    const all = await rendered(
      'metrics.serviceMonitor.enabled=true',
      `metrics.serviceMonitor.labels=${labels}`,
      'metrics.prometheusRule.enabled=true',
      `metrics.prometheusRule.labels=${labels}`,
    );
    const expected = { metadata: { labels: expect.objectContaining({ release: 'prometheus' }) } };
    expect(manifest(all, 'ServiceMonitor')).toMatchObject(expected);
    expect(manifest(all, 'PrometheusRule')).toMatchObject({
      ...expected,
      spec: {
        groups: [
          {
            name: 'windlass',
            rules: expect.arrayContaining([expect.objectContaining({ alert: 'WindlassDown' })]),
          },
        ],
      },
    });
  });

  it('names the parameters of the class when they are given', async () => {
    const parametersRef = { name: 'defaults', namespace: 'edge' };
    const all = await rendered(`gatewayClass.parametersRef=${JSON.stringify(parametersRef)}`);
    expect(manifest(all, 'GatewayClass')).toMatchObject({
      spec: { parametersRef: { group: 'windlass.io', kind: 'GatewayParameters', ...parametersRef } },
    });
    expect(await refusal('gatewayClass.parametersRef={"name":"defaults"}')).toMatch(
      /parametersRef.*namespace/s,
    );
  });

  it('installs the definitions of one channel of the Gateway API, or none', async () => {
    const definitions = async (...values: string[]): Promise<number> =>
      (await render(commands, values, '--include-crds')).filter(
        ({ kind, metadata }) =>
          kind === 'CustomResourceDefinition' && /gateway\.networking\.x?-?k8s\.io$/.test(metadata.name),
      ).length;
    expect(await definitions()).toBe(0);
    expect(await definitions('gatewayApi.standard=true')).toBe(10);
    expect(await definitions('gatewayApi.experimental=true')).toBe(14);
  });

  it('takes the image by digest, by tag, or of its own version', async () => {
    const image = async (...values: string[]): Promise<unknown> =>
      containerOf(await deployment('image.repository="registry.example/windlass"', ...values))['image'];
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(await image()).toBe('registry.example/windlass:0.1.0');
    expect(await image('image.tag="9"')).toBe('registry.example/windlass:9');
    expect(await image('image.tag="9"', `image.digest="${digest}"`)).toBe(
      `registry.example/windlass@${digest}`,
    );
  });

  it('passes on what shapes the pods', async () => {
    const made = await deployment(
      'replicas=3',
      'log={"level":"debug","format":"text"}',
      'extraArgs=["--no-color"]',
      'extraEnv=[{"name":"A","value":"b"}]',
      'imagePullSecrets=[{"name":"pull"}]',
      'nodeSelector={"kubernetes.io/os":"linux"}',
      'tolerations=[{"key":"k","operator":"Exists"}]',
      'affinity={"nodeAffinity":{}}',
      'topologySpreadConstraints=[{"maxSkew":1}]',
      'priorityClassName="high"',
      'podLabels={"team":"edge"}',
      'podAnnotations={"note":"x"}',
      'resources={"requests":{"cpu":"1"}}',
    );
    expect(made['spec']).toMatchObject({
      replicas: 3,
      template: {
        metadata: { labels: expect.objectContaining({ team: 'edge' }), annotations: { note: 'x' } },
        spec: {
          imagePullSecrets: [{ name: 'pull' }],
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [{ key: 'k', operator: 'Exists' }],
          affinity: { nodeAffinity: {} },
          topologySpreadConstraints: [{ maxSkew: 1 }],
          priorityClassName: 'high',
        },
      },
    });
    const container = containerOf(made);
    expect(container['args']).toEqual(
      expect.arrayContaining(['controller', '--log-level=debug', '--log-format=text', '--no-color']),
    );
    expect(container['env']).toContainEqual({ name: 'A', value: 'b' });
    expect(container['resources']).toMatchObject({ requests: { cpu: '1' } });
  });

  it.each([
    ['imag={"tag":"x"}', /additional properties 'imag' not allowed/],
    ['replicas=0', /at '\/replicas': minimum: got 0, want 1/],
    ['replicas="two"', /at '\/replicas': got string, want integer/],
    ['log.level="loud"', /at '\/log\/level': value must be one of 'error', 'warn', 'info', 'debug'/],
    ['extraArgs=["controller"]', /at '\/extraArgs\/0': 'controller' does not match/],
    ['metrics.serviceMonitor.interval="3"', /at '\/metrics\/serviceMonitor\/interval'/],
    ['podDisruptionBudget.maxUnavailable="half"', /at '\/podDisruptionBudget\/maxUnavailable'/],
    ['networkPolicy.xdsFrom=[{"pods":{}}]', /at '\/networkPolicy\/xdsFrom\/0': additional properties 'pods'/],
    ['envoy.image.pullPolicy="Never"', /additional properties 'pullPolicy' not allowed/],
    ['image.digest="sha256:abc"', /at '\/image\/digest'/],
    ['gateway-api-standard={"x":1}', /additional properties 'x' not allowed/],
  ])('refuses %s and says where', async (value, message) => {
    expect(await refusal(value)).toMatch(message);
  });

  it('refuses both channels at once', async () => {
    expect(await refusal('gatewayApi={"standard":true,"experimental":true}')).toMatch(
      /gatewayApi\.standard and gatewayApi\.experimental: both are true/,
    );
  });
});

function containerOf(deployment: Manifest): Readonly<Record<string, unknown>> {
  const { template } = deployment['spec'] as {
    readonly template: {
      readonly spec: { readonly containers: readonly Readonly<Record<string, unknown>>[] };
    };
  };
  const [container] = template.spec.containers;
  if (container === undefined) throw new Error('no container');
  return container;
}
