import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '../harness/until.js';
import { gateway, parameters, siteOf, usual, USING, type Site } from './infra-site.js';
import { runInfra, startCluster, type Cluster, type Running } from './infra-world.js';

// What GatewayParameters make of it, on a real API server.

let cluster: Cluster;
let site: Site;
let running: Running | undefined;
jest.setTimeout(120_000);

beforeAll(async () => {
  cluster = await startCluster();
  site = siteOf(cluster);
}, 900_000);

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

afterAll(async () => {
  await cluster.dispose();
}, 60_000);

describe('parameters', () => {
  it('of the class count where the Gateway says nothing', async () => {
    const at = await site.namespace();
    await cluster.put(`${parameters('all', at, '{ replicas: 3, service: { type: ClusterIP, annotations: { from: class } } }')}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: internal-${at} }
spec:
  controllerName: windlass.io/gateway-controller
  parametersRef: { group: windlass.io, kind: GatewayParameters, name: all, namespace: ${at} }
---
${parameters('how', at, '{ replicas: 5, service: { annotations: { and: gateway } } }')}
---
${gateway('edge', at, USING).replace('gatewayClassName: windlass', `gatewayClassName: internal-${at}`)}`);
    running = await runInfra(cluster);
    const name = `edge-internal-${at}`;
    const found = await site.has(at, ...usual(name));
    expect(found.get(`Deployment ${name}`)?.spec['replicas']).toBe(5);
    expect(found.get(`Service ${name}`)).toMatchObject({
      metadata: { annotations: { from: 'class', and: 'gateway' } },
      spec: { type: 'ClusterIP' },
    });
    const { clusterIP } = found.get(`Service ${name}`)?.spec as { readonly clusterIP: string };
    await until('its address is that of the Service', () =>
      running?.observed.get(`${at}/edge`)?.addresses.join() === clusterIP ? true : undefined,
    );
    await cluster.remove(`/apis/gateway.networking.k8s.io/v1/gatewayclasses/internal-${at}`);
  });

  it('that change change what runs, and no more', async () => {
    const at = await site.namespace();
    await cluster.put(`${parameters('how', at, '{ logLevel: debug }')}\n---\n${gateway('edge', at, USING)}`);
    running = await runInfra(cluster);
    const before = await site.has(at, ...usual('edge-windlass'));
    await cluster.put(parameters('how', at, '{ logLevel: warning }'));
    await running.look();
    await until('the Deployment has it', async () =>
      JSON.stringify((await site.one('Deployment', at, 'edge-windlass')).spec).includes('warning')
        ? true
        : undefined,
    );
    const after = await cluster.ours(at);
    for (const [name, { metadata }] of before)
      if (!name.startsWith('Deployment '))
        expect([name, after.get(name)?.metadata.resourceVersion]).toEqual([name, metadata.resourceVersion]);
  });

  it('that are gone or wrong leave what runs', async () => {
    const at = await site.namespace();
    await cluster.put(`${parameters('how', at, '{ replicas: 4 }')}\n---\n${gateway('edge', at, USING)}`);
    running = await runInfra(cluster);
    const before = await site.has(at, ...usual('edge-windlass'));
    await site.assign(at, 'edge-windlass', { ip: '192.0.2.7' });
    await cluster.remove(`/apis/windlass.io/v1alpha1/namespaces/${at}/gatewayparameters/how`);
    await running.look();
    await until('it is told', () =>
      running?.gateway(`${at}/edge`)?.accepted.accepted === false ? true : undefined,
    );
    expect(running.gateway(`${at}/edge`)?.accepted).toMatchObject({
      reason: 'InvalidParameters',
      message: `GatewayParameters ${at}/how does not exist`,
    });
    await running.stop();
    running = await runInfra(cluster);
    await until('it still has its address', () =>
      running?.observed.get(`${at}/edge`)?.addresses.join() === '192.0.2.7' ? true : undefined,
    );
    const after = await cluster.ours(at);
    expect(after.get('Deployment edge-windlass')?.metadata.resourceVersion).toBe(
      before.get('Deployment edge-windlass')?.metadata.resourceVersion,
    );
    expect(after.size).toBe(5);
  });

  it('that the API server does not take are told in its words, and taken back when they change', async () => {
    const at = await site.namespace();
    await cluster.put(
      `${parameters('how', at, '{ pod: { volumes: [{ name: extra, hostPath: {} }] } }')}\n---\n${gateway('edge', at, USING)}`,
    );
    running = await runInfra(cluster);
    await until('it is told', () =>
      running?.gateway(`${at}/edge`)?.accepted.accepted === false ? true : undefined,
    );
    const { accepted } = running.gateway(`${at}/edge`) ?? {};
    expect(accepted).toMatchObject({ reason: 'InvalidParameters' });
    expect(JSON.stringify(accepted)).toContain('volumes[4].hostPath.path: Required value');
    await cluster.put(parameters('how', at, '{ pod: { volumes: [{ name: extra, emptyDir: {} }] } }'));
    await running.look();
    await site.has(at, ...usual('edge-windlass'));
    await until('it is taken back', () =>
      running?.gateway(`${at}/edge`)?.accepted.accepted === true ? true : undefined,
    );
  });

  it.each([
    ['{ kind: DaemonSet, replicas: 2 }', /replicas is for kind Deployment/],
    ['{ kind: Pod }', /Unsupported value/],
    ['{ replicas: 1, autoscaling: {} }', /exclude each other/],
    ['{ podDisruptionBudget: { minAvailable: 1, maxUnavailable: 1 } }', /exclude each other/],
    ['{ shutdown: { minDrainSeconds: 9, drainSeconds: 8 } }', /must not be more than drainSeconds/],
    ['{ service: { type: ClusterIP, externalTrafficPolicy: Local } }', /no external traffic/],
    ['{ autoscaling: { minReplicas: 3, maxReplicas: 2 } }', /must not be more than maxReplicas/],
    ['{ resources: { limits: { cpu: much } } }', /should match/],
    ['{ patches: [{ kind: Secret, patch: {} }] }', /Unsupported value/],
  ])('are refused by the API server when they are %s', async (spec, message) => {
    const at = await site.namespace();
    await expect(cluster.put(parameters('how', at, spec))).rejects.toThrow(message);
  });

  it('make a DaemonSet of a Deployment, which goes when the other serves', async () => {
    const at = await site.namespace();
    await cluster.put(`${parameters('how', at, '{}')}\n---\n${gateway('edge', at, USING)}`);
    running = await runInfra(cluster);
    await site.has(at, ...usual('edge-windlass'));
    const status = async (plural: string, body: object): Promise<void> => {
      await cluster.client.call({
        method: 'PATCH',
        path: `/apis/apps/v1/namespaces/${at}/${plural}/edge-windlass/status`,
        contentType: 'application/merge-patch+json',
        body: { status: body },
      });
    };
    await status('deployments', { availableReplicas: 2, readyReplicas: 2, replicas: 2 });
    await cluster.put(parameters('how', at, '{ kind: DaemonSet }'));
    await running.look();
    await site.has(at, ...usual('edge-windlass'), 'DaemonSet edge-windlass');
    await status('daemonsets', {
      currentNumberScheduled: 1,
      desiredNumberScheduled: 1,
      numberMisscheduled: 0,
      numberReady: 1,
      numberAvailable: 1,
    });
    await site.has(
      at,
      ...usual('edge-windlass').filter((name) => !name.startsWith('Deployment ')),
      'DaemonSet edge-windlass',
    );
  });

  it('hand the replicas to an autoscaler and back, and never drop them', async () => {
    const at = await site.namespace();
    await cluster.put(`${parameters('how', at, '{ replicas: 6 }')}\n---\n${gateway('edge', at, USING)}`);
    running = await runInfra(cluster);
    await site.has(at, ...usual('edge-windlass'));
    await cluster.put(parameters('how', at, '{ autoscaling: { maxReplicas: 9 } }'));
    await running.look();
    await site.has(at, ...usual('edge-windlass'), 'HorizontalPodAutoscaler edge-windlass');
    expect((await site.one('Deployment', at, 'edge-windlass')).spec['replicas']).toBe(6);
    await cluster.put(parameters('how', at, '{ replicas: 3 }'));
    await running.look();
    await site.has(at, ...usual('edge-windlass'));
    expect((await site.one('Deployment', at, 'edge-windlass')).spec['replicas']).toBe(3);
  });

  it('change the type of the Service to any other and back', async () => {
    const at = await site.namespace();
    const howIt = (type: string): string => parameters('how', at, `{ service: { type: ${type} } }`);
    await cluster.put(`${howIt('LoadBalancer')}\n---\n${gateway('edge', at, USING)}`);
    running = await runInfra(cluster);
    await site.has(at, ...usual('edge-windlass'));
    for (const type of ['ClusterIP', 'NodePort', 'LoadBalancer', 'NodePort', 'ClusterIP', 'LoadBalancer']) {
      await cluster.put(howIt(type));
      await running.look();
      await until(`it is of type ${type}`, async () =>
        (await site.one('Service', at, 'edge-windlass')).spec['type'] === type ? true : undefined,
      );
    }
    expect(running.gateway(`${at}/edge`)?.accepted).toEqual({ accepted: true });
  });

  it('that cannot be changed any more are told with what to do', async () => {
    const at = await site.namespace();
    const howIt = (name: string): string =>
      parameters('how', at, `{ service: { loadBalancerClass: lb.example/${name} } }`);
    await cluster.put(`${howIt('one')}\n---\n${gateway('edge', at, USING)}`);
    running = await runInfra(cluster);
    await site.has(at, ...usual('edge-windlass'));
    await cluster.put(howIt('two'));
    await running.look();
    await until('it is told', () =>
      running?.gateway(`${at}/edge`)?.accepted.accepted === false ? true : undefined,
    );
    expect(JSON.stringify(running.gateway(`${at}/edge`)?.accepted)).toMatch(
      /InvalidParameters.*loadBalancerClass.*take the change back, or delete Service edge-windlass, and it is made anew/,
    );
    await cluster.remove(`/api/v1/namespaces/${at}/services/edge-windlass`);
    await until('it is made anew', async () => {
      const service = (await cluster.ours(at)).get('Service edge-windlass');
      return service?.spec['loadBalancerClass'] === 'lb.example/two' ? true : undefined;
    });
  });

  it('patch what is made, and what they must not touch stays', async () => {
    const at = await site.namespace();
    const container =
      '{ name: envoy, workingDir: /tmp, ports: [{ containerPort: 19001, hostIP: 10.0.0.1 }] }';
    const template = `{ metadata: { labels: { extra: a } }, spec: { schedulerName: other, containers: [${container}] } }`;
    const selector = '{ matchLabels: { other: a } }';
    await cluster.put(
      `${parameters('how', at, `{ patches: [{ kind: Deployment, patch: { spec: { selector: ${selector}, template: ${template} } } }, { kind: Service, patch: { spec: { sessionAffinity: ClientIP } } }] }`)}\n---\n${gateway('edge', at, USING)}`,
    );
    running = await runInfra(cluster);
    const found = await site.has(at, ...usual('edge-windlass'));
    expect(found.get('Service edge-windlass')?.spec).toMatchObject({ sessionAffinity: 'ClientIP' });
    expect(found.get('Deployment edge-windlass')?.spec).toMatchObject({
      selector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'edge' } },
      template: {
        metadata: { labels: { extra: 'a', 'gateway.networking.k8s.io/gateway-name': 'edge' } },
        spec: { schedulerName: 'other', containers: [{ workingDir: '/tmp', readinessProbe: {} }] },
      },
    });
  });

  it('ask for a PodMonitor, which is made once its kind is there', async () => {
    const at = await site.namespace();
    await cluster.put(
      `${parameters('how', at, '{ podMonitor: { enabled: true } }')}\n---\n${gateway('edge', at, USING)}`,
    );
    running = await runInfra(cluster);
    await site.has(at, ...usual('edge-windlass'));
    await cluster.put(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: podmonitors.monitoring.coreos.com }
spec:
  group: monitoring.coreos.com
  scope: Namespaced
  names: { kind: PodMonitor, plural: podmonitors }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }`);
    const monitors = `/apis/monitoring.coreos.com/v1/namespaces/${at}/podmonitors`;
    await until('it is there', () => cluster.get(`${monitors}/edge-windlass`), 60_000);
    await cluster.put(parameters('how', at, '{ logLevel: info }'));
    await running.look();
    await until('it is gone', async () =>
      (await cluster.get(`${monitors}/edge-windlass`)) === undefined ? true : undefined,
    );
  });

  it('say by which node addresses it is reached', async () => {
    const at = await site.namespace();
    await cluster.put(`apiVersion: v1
kind: Node
metadata: { name: node-${at} }`);
    await cluster.client.call({
      method: 'PATCH',
      path: `/api/v1/nodes/node-${at}/status`,
      contentType: 'application/merge-patch+json',
      body: { status: { addresses: [{ type: 'InternalIP', address: '10.0.0.5' }] } },
    });
    await cluster.put(
      `${parameters('how', at, '{ service: { type: NodePort } }')}\n---\n${gateway('edge', at, USING)}`,
    );
    running = await runInfra(cluster);
    await until('it has the address of the node', () =>
      running?.observed.get(`${at}/edge`)?.addresses.join() === '10.0.0.5' ? true : undefined,
    );
    await cluster.remove(`/api/v1/nodes/node-${at}`);
  });
});
