import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { infraName } from '../../src/infra/index.js';
import { until } from '../harness/until.js';
import { runInfra, SETTINGS, startCluster, type Cluster, type Found, type Running } from './infra-world.js';

// What is made for Gateways, on a real API server.

let cluster: Cluster;
let running: Running | undefined;
jest.setTimeout(120_000);

beforeAll(async () => {
  cluster = await startCluster();
}, 900_000);

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

afterAll(async () => {
  await cluster.dispose();
}, 60_000);

let count = 0;

/** A namespace of its own, in which only pods of the restricted profile may run. */
async function namespace(): Promise<string> {
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
}

const gateway = (
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

const parameters = (name: string, at: string, spec: string): string => `apiVersion: windlass.io/v1alpha1
kind: GatewayParameters
metadata: { name: ${name}, namespace: ${at} }
spec: ${spec}`;

const USING =
  '  infrastructure: { parametersRef: { group: windlass.io, kind: GatewayParameters, name: how } }\n';

async function has(at: string, ...names: readonly string[]): Promise<ReadonlyMap<string, Found>> {
  return await until(`there are ${names.join(', ')}`, async () => {
    const found = await cluster.ours(at);
    return JSON.stringify([...found.keys()].toSorted()) === JSON.stringify(names.toSorted())
      ? found
      : undefined;
  });
}

async function path(kind: string, at: string, name: string): Promise<Found> {
  const found = (await cluster.ours(at)).get(`${kind} ${name}`);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

const usual = (name: string): readonly string[] =>
  ['ServiceAccount', 'ConfigMap', 'Service', 'Deployment', 'PodDisruptionBudget'].map(
    (kind) => `${kind} ${name}`,
  );

/** As whoever gives out addresses writes them. */
async function assign(at: string, name: string, ...ingress: readonly object[]): Promise<void> {
  await cluster.client.call({
    method: 'PATCH',
    path: `/api/v1/namespaces/${at}/services/${name}/status`,
    contentType: 'application/merge-patch+json',
    body: { status: { loadBalancer: { ingress } } },
  });
}

describe('a Gateway in a cluster', () => {
  it('gets a Deployment, a Service and the rest, which the Gateway owns', async () => {
    const at = await namespace();
    await cluster.put(
      gateway(
        'edge',
        at,
        '  infrastructure: { labels: { team: red }, annotations: { example.test/a: b } }\n',
      ),
    );
    running = await runInfra(cluster);
    const found = await has(at, ...usual('edge-windlass'));
    const owner = await cluster.get(`/apis/gateway.networking.k8s.io/v1/namespaces/${at}/gateways/edge`);
    for (const object of found.values()) {
      expect(object.metadata.ownerReferences?.map(({ uid }) => uid)).toEqual([owner?.metadata.uid]);
      expect(object.metadata.labels).toMatchObject({
        'gateway.networking.k8s.io/gateway-name': 'edge',
        'gateway.networking.k8s.io/gateway-class-name': 'windlass',
        'app.kubernetes.io/managed-by': 'windlass',
        team: 'red',
      });
      expect(object.metadata.annotations).toMatchObject({ 'example.test/a': 'b' });
    }
    expect(found.get('ConfigMap edge-windlass')?.data?.['ca.crt']).toBe(SETTINGS.caBundle);
  });

  it('has pods that the restricted profile admits', async () => {
    const at = await namespace();
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    const found = await has(at, ...usual('edge-windlass'));
    const { template } = found.get('Deployment edge-windlass')?.spec as {
      readonly template: Pick<Found, 'metadata' | 'spec'>;
    };
    // The token of the API server is none of its: the account has to be there, not more.
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      ...template,
      metadata: { ...template.metadata, name: 'one' },
    };
    const dryRun = `/api/v1/namespaces/${at}/pods?dryRun=All`;
    await cluster.client.call({ method: 'POST', path: dryRun, body: pod });
    const privileged = { ...pod, spec: { ...pod.spec, hostPID: true } };
    await expect(cluster.client.call({ method: 'POST', path: dryRun, body: privileged })).rejects.toThrow(
      /violates PodSecurity "restricted:latest": host namespaces/,
    );
  });

  it('is not written again by a second pass, nor by a control plane that starts anew', async () => {
    const at = await namespace();
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    const before = await has(at, ...usual('edge-windlass'));
    await running.look();
    await running.stop();
    running = await runInfra(cluster);
    // Another one, made after it, shows that it has been looked at.
    await cluster.put(gateway('later', at));
    await running.look();
    const after = await has(at, ...usual('edge-windlass'), ...usual('later-windlass'));
    for (const [name, { metadata }] of before)
      expect([name, after.get(name)?.metadata.resourceVersion]).toEqual([name, metadata.resourceVersion]);
    // Nor is the server asked to.
    expect([...(await running.writes()).values()].reduce((sum, each) => sum + each, 0)).toBe(5);
  });

  it('is not written by who does not lead, until it does', async () => {
    const at = await namespace();
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster, { isLeader: false });
    expect(running.observed.get(`${at}/edge`)).toMatchObject({ addresses: [], binds: ['0.0.0.0'] });
    expect((await cluster.ours(at)).size).toBe(0);
    running.infra.lead(true);
    await has(at, ...usual('edge-windlass'));
    running.infra.lead(false);
    await cluster.put(gateway('later', at));
    await running.look();
    await cluster.remove(`/api/v1/namespaces/${at}/services/edge-windlass`);
    await until('it sees that', () =>
      running?.infra === undefined ? undefined : running.observed.has(`${at}/later`) ? true : undefined,
    );
    expect([...(await cluster.ours(at)).keys()]).not.toContain('Service edge-windlass');
  });

  it('is repaired when somebody changes or deletes what it needs', async () => {
    const at = await namespace();
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    await has(at, ...usual('edge-windlass'));
    const patch = async (plural: string, body: object): Promise<void> => {
      await cluster.client.call({
        method: 'PATCH',
        path: `${plural}/edge-windlass`,
        contentType: 'application/merge-patch+json',
        body,
      });
    };
    await patch(`/api/v1/namespaces/${at}/services`, { spec: { ports: [{ port: 81, name: 'x' }] } });
    await patch(`/apis/apps/v1/namespaces/${at}/deployments`, { spec: { replicas: 7 } });
    await patch(`/api/v1/namespaces/${at}/configmaps`, {
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'nobody' } },
      data: { 'ca.crt': 'other' },
    });
    await cluster.remove(`/apis/policy/v1/namespaces/${at}/poddisruptionbudgets/edge-windlass`);
    await until('all is as it was', async () => {
      const found = await cluster.ours(at);
      if (found.size !== 5) return undefined;
      const ports = found.get('Service edge-windlass')?.spec['ports'] as readonly { readonly port: number }[];
      return ports.some(({ port }) => port === 80) &&
        found.get('Deployment edge-windlass')?.spec['replicas'] === 2 &&
        found.get('ConfigMap edge-windlass')?.data?.['ca.crt'] === SETTINGS.caBundle
        ? true
        : undefined;
    });
  });

  it('leaves nothing behind when it goes, and takes nothing with it that is not its', async () => {
    const at = await namespace();
    await cluster.put(gateway('edge', at) + '---\n' + gateway('other', at));
    running = await runInfra(cluster);
    await has(at, ...usual('edge-windlass'), ...usual('other-windlass'));
    await cluster.remove(`/apis/gateway.networking.k8s.io/v1/namespaces/${at}/gateways/edge`);
    await running.look();
    await has(at, ...usual('other-windlass'));
    await until('it says so', () => (running?.removed.includes(`${at}/edge`) === true ? true : undefined));
  });

  it('touches no object that has the name and is not its', async () => {
    const at = await namespace();
    const foreign = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'edge-windlass' },
      spec: { ports: [{ port: 1 }] },
    };
    await cluster.client.call({ method: 'POST', path: `/api/v1/namespaces/${at}/services`, body: foreign });
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    await has(at, ...usual('edge-windlass').filter((name) => !name.startsWith('Service ')));
    await until('it says why there is no address', () =>
      running?.observed
        .get(`${at}/edge`)
        ?.addressRefusal?.message.startsWith('Service edge-windlass exists') === true
        ? true
        : undefined,
    );
    const foreigner = await cluster.get(`/api/v1/namespaces/${at}/services/edge-windlass`);
    expect(foreigner?.spec['ports']).toMatchObject([{ port: 1 }]);
    expect(running.gateway(`${at}/edge`)?.addressed).toMatchObject({ reason: 'NoResources' });
  });
});

describe('an object that says it was made for a Gateway', () => {
  it('of another namespace has no say in it', async () => {
    const [at, elsewhere] = [await namespace(), await namespace()];
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    await has(at, ...usual('edge-windlass'));
    await cluster.put(`apiVersion: v1
kind: Service
metadata:
  name: edge-windlass
  namespace: ${elsewhere}
  labels: { app.kubernetes.io/managed-by: windlass }
  annotations: { windlass.io/gateway: ${at}/edge }
spec: { type: LoadBalancer, ports: [{ port: 80 }] }`);
    await assign(elsewhere, 'edge-windlass', { ip: '192.0.2.66' });
    await assign(at, 'edge-windlass', { ip: '192.0.2.7' });
    await until('it has its own', () =>
      running?.observed.get(`${at}/edge`)?.addresses.join() === '192.0.2.7' ? true : undefined,
    );
    // Left alone, too.
    expect((await cluster.ours(elsewhere)).size).toBe(1);
  });

  it('and no longer does, but is its, is repaired and not deleted', async () => {
    const at = await namespace();
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    const before = await has(at, ...usual('edge-windlass'));
    for (const restart of [false, true]) {
      if (restart) await running.stop();
      await cluster.client.call({
        method: 'PATCH',
        path: `/api/v1/namespaces/${at}/services/edge-windlass`,
        contentType: 'application/merge-patch+json',
        body: { metadata: { annotations: { 'windlass.io/gateway': null } } },
      });
      if (restart) running = await runInfra(cluster);
      await until('it says so again', async () => {
        const service = await cluster.get(`/api/v1/namespaces/${at}/services/edge-windlass`);
        return service?.metadata.annotations?.['windlass.io/gateway'];
      });
    }
    const { uid } = (await path('Service', at, 'edge-windlass')).metadata;
    expect(uid).toBe(before.get('Service edge-windlass')?.metadata.uid);
  });
});

describe('a ServiceAccount', () => {
  it("is its Gateway's where it was made for it, and nobody's elsewhere", async () => {
    const at = await namespace();
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    await has(at, ...usual('edge-windlass'));
    const { infra } = running;
    await until('it is known', () => infra.fleetOf(at, 'edge-windlass'));
    expect(infra.fleetOf(at, 'edge-windlass')).toBe(`${at}/edge`);
    expect(infra.fleetOf(at, 'default')).toBeUndefined();
    expect(infra.fleetOf('default', 'edge-windlass')).toBeUndefined();
    // One that only says so.
    await cluster.put(`apiVersion: v1
kind: ServiceAccount
metadata:
  name: thief
  namespace: ${at}
  labels: { app.kubernetes.io/managed-by: windlass }
  annotations: { windlass.io/gateway: ${at}/edge }`);
    await until('it is removed', async () =>
      (await cluster.get(`/api/v1/namespaces/${at}/serviceaccounts/thief`)) === undefined ? true : undefined,
    );
    expect(infra.fleetOf(at, 'thief')).toBeUndefined();
  });
});

describe('names', () => {
  it('are found for a Gateway with 253 characters, and for two that differ only after 60', async () => {
    const at = await namespace();
    const long = `${'a'.repeat(63)}.`.repeat(3) + 'b'.repeat(61);
    const [one, two] = [`${'c'.repeat(61)}1`, `${'c'.repeat(61)}2`];
    expect([long.length, one.length]).toEqual([253, 62]);
    await cluster.put([long, one, two, '1st.gateway'].map((name) => gateway(name, at)).join('---\n'));
    running = await runInfra(cluster);
    const names = [long, one, two, '1st.gateway'].map((name) => infraName(name, 'windlass'));
    expect(new Set(names).size).toBe(4);
    const found = await has(at, ...names.flatMap(usual));
    for (const { metadata } of found.values())
      expect([long, one, two, '1st.gateway'].map((name) => `${at}/${name}`)).toContain(
        metadata.annotations?.['windlass.io/gateway'],
      );
  });
});

describe('addresses', () => {
  it('are those that the load balancer is given, and follow it', async () => {
    const at = await namespace();
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    await has(at, ...usual('edge-windlass'));
    expect(running.gateway(`${at}/edge`)?.addressed).toMatchObject({ reason: 'AddressNotAssigned' });
    await assign(at, 'edge-windlass', { ip: '192.0.2.7' }, { hostname: 'lb.example' });
    const seen = (...addresses: readonly string[]) =>
      until(`it has ${addresses.join()}`, () =>
        running?.observed.get(`${at}/edge`)?.addresses.join() === addresses.join() ? true : undefined,
      );
    await seen('192.0.2.7', 'lb.example');
    expect(running.gateway(`${at}/edge`)).toMatchObject({
      addressed: { accepted: true },
      assigned: { accepted: true },
      fleet: { addresses: ['0.0.0.0'] },
    });
    await assign(at, 'edge-windlass', { ip: '192.0.2.8' });
    await seen('192.0.2.8');
  });

  it('asked for each have a Service that asks for it, and what is not given is told', async () => {
    const at = await namespace();
    const asked = '[{ value: 192.0.2.9 }, { value: 192.0.2.10 }, { routability: Cluster }]';
    await cluster.put(gateway('edge', at, `  addresses: ${asked}\n`));
    running = await runInfra(cluster);
    const found = await until('there are two Services', async () => {
      const services = [...(await cluster.ours(at))].flatMap(([name, object]) =>
        name.startsWith('Service ') ? [object] : [],
      );
      const asking = services.filter(({ spec }) => spec['loadBalancerIP'] !== undefined);
      return asking.length === 2 ? asking : undefined;
    });
    expect(found.map(({ spec }) => spec['loadBalancerIP']).toSorted()).toEqual(['192.0.2.10', '192.0.2.9']);
    await assign(at, 'edge-windlass', { ip: '192.0.2.9' });
    await until('it has that', () =>
      running?.observed.get(`${at}/edge`)?.addresses.includes('192.0.2.9') === true ? true : undefined,
    );
    const { clusterIP } = (await path('Service', at, 'edge-windlass')).spec as { readonly clusterIP: string };
    expect(running.observed.get(`${at}/edge`)).toMatchObject({
      addresses: ['192.0.2.9', clusterIP],
      routabilities: { [clusterIP]: 'Cluster' },
      addressRefusal: { condition: 'Programmed', reason: 'AddressNotUsable' },
      missingAddresses: { reason: 'PartiallyAssigned' },
    });
    const other = found.find(({ spec }) => spec['loadBalancerIP'] === '192.0.2.10')?.metadata.name ?? '';
    await assign(at, other, { ip: '192.0.2.10' });
    await until('it has all', () =>
      running?.gateway(`${at}/edge`)?.assigned?.accepted === true ? true : undefined,
    );
    await cluster.put(gateway('edge', at, '  addresses: [{ value: 192.0.2.9 }]\n'));
    await running.look();
    await has(at, ...usual('edge-windlass'));
  });
});

describe('parameters', () => {
  it('of the class count where the Gateway says nothing', async () => {
    const at = await namespace();
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
    const found = await has(at, ...usual(name));
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
    const at = await namespace();
    await cluster.put(`${parameters('how', at, '{ logLevel: debug }')}\n---\n${gateway('edge', at, USING)}`);
    running = await runInfra(cluster);
    const before = await has(at, ...usual('edge-windlass'));
    await cluster.put(parameters('how', at, '{ logLevel: warning }'));
    await running.look();
    await until('the Deployment has it', async () =>
      JSON.stringify((await path('Deployment', at, 'edge-windlass')).spec).includes('warning')
        ? true
        : undefined,
    );
    const after = await cluster.ours(at);
    for (const [name, { metadata }] of before)
      if (!name.startsWith('Deployment '))
        expect([name, after.get(name)?.metadata.resourceVersion]).toEqual([name, metadata.resourceVersion]);
  });

  it('that are gone or wrong leave what runs', async () => {
    const at = await namespace();
    await cluster.put(`${parameters('how', at, '{ replicas: 4 }')}\n---\n${gateway('edge', at, USING)}`);
    running = await runInfra(cluster);
    const before = await has(at, ...usual('edge-windlass'));
    await assign(at, 'edge-windlass', { ip: '192.0.2.7' });
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
    const at = await namespace();
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
    await has(at, ...usual('edge-windlass'));
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
    const at = await namespace();
    await expect(cluster.put(parameters('how', at, spec))).rejects.toThrow(message);
  });

  it('make a DaemonSet of a Deployment, which goes when the other serves', async () => {
    const at = await namespace();
    await cluster.put(`${parameters('how', at, '{}')}\n---\n${gateway('edge', at, USING)}`);
    running = await runInfra(cluster);
    await has(at, ...usual('edge-windlass'));
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
    await has(at, ...usual('edge-windlass'), 'DaemonSet edge-windlass');
    await status('daemonsets', {
      currentNumberScheduled: 1,
      desiredNumberScheduled: 1,
      numberMisscheduled: 0,
      numberReady: 1,
      numberAvailable: 1,
    });
    await has(
      at,
      ...usual('edge-windlass').filter((name) => !name.startsWith('Deployment ')),
      'DaemonSet edge-windlass',
    );
  });

  it('hand the replicas to an autoscaler and back, and never drop them', async () => {
    const at = await namespace();
    await cluster.put(`${parameters('how', at, '{ replicas: 6 }')}\n---\n${gateway('edge', at, USING)}`);
    running = await runInfra(cluster);
    await has(at, ...usual('edge-windlass'));
    await cluster.put(parameters('how', at, '{ autoscaling: { maxReplicas: 9 } }'));
    await running.look();
    await has(at, ...usual('edge-windlass'), 'HorizontalPodAutoscaler edge-windlass');
    expect((await path('Deployment', at, 'edge-windlass')).spec['replicas']).toBe(6);
    await cluster.put(parameters('how', at, '{ replicas: 3 }'));
    await running.look();
    await has(at, ...usual('edge-windlass'));
    expect((await path('Deployment', at, 'edge-windlass')).spec['replicas']).toBe(3);
  });

  it('change the type of the Service to any other and back', async () => {
    const at = await namespace();
    const howIt = (type: string): string => parameters('how', at, `{ service: { type: ${type} } }`);
    await cluster.put(`${howIt('LoadBalancer')}\n---\n${gateway('edge', at, USING)}`);
    running = await runInfra(cluster);
    await has(at, ...usual('edge-windlass'));
    for (const type of ['ClusterIP', 'NodePort', 'LoadBalancer', 'NodePort', 'ClusterIP', 'LoadBalancer']) {
      await cluster.put(howIt(type));
      await running.look();
      await until(`it is of type ${type}`, async () =>
        (await path('Service', at, 'edge-windlass')).spec['type'] === type ? true : undefined,
      );
    }
    expect(running.gateway(`${at}/edge`)?.accepted).toEqual({ accepted: true });
  });

  it('that cannot be changed any more are told with what to do', async () => {
    const at = await namespace();
    const howIt = (name: string): string =>
      parameters('how', at, `{ service: { loadBalancerClass: lb.example/${name} } }`);
    await cluster.put(`${howIt('one')}\n---\n${gateway('edge', at, USING)}`);
    running = await runInfra(cluster);
    await has(at, ...usual('edge-windlass'));
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
    const at = await namespace();
    const container =
      '{ name: envoy, workingDir: /tmp, ports: [{ containerPort: 19001, hostIP: 10.0.0.1 }] }';
    const template = `{ metadata: { labels: { extra: a } }, spec: { schedulerName: other, containers: [${container}] } }`;
    const selector = '{ matchLabels: { other: a } }';
    await cluster.put(
      `${parameters('how', at, `{ patches: [{ kind: Deployment, patch: { spec: { selector: ${selector}, template: ${template} } } }, { kind: Service, patch: { spec: { sessionAffinity: ClientIP } } }] }`)}\n---\n${gateway('edge', at, USING)}`,
    );
    running = await runInfra(cluster);
    const found = await has(at, ...usual('edge-windlass'));
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
    const at = await namespace();
    await cluster.put(
      `${parameters('how', at, '{ podMonitor: { enabled: true } }')}\n---\n${gateway('edge', at, USING)}`,
    );
    running = await runInfra(cluster);
    await has(at, ...usual('edge-windlass'));
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
    const at = await namespace();
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
