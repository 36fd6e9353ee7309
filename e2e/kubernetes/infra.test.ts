import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { infraName } from '../../src/infra/index.js';
import { until } from '../harness/until.js';
import { gateway, siteOf, usual, type Site } from './infra-site.js';
import { runInfra, SETTINGS, startCluster, type Cluster, type Found, type Running } from './infra-world.js';

// What is made for Gateways, on a real API server.

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

describe('a Gateway in a cluster', () => {
  it('gets a Deployment, a Service and the rest, which the Gateway owns', async () => {
    const at = await site.namespace();
    await cluster.put(
      gateway(
        'edge',
        at,
        '  infrastructure: { labels: { team: red }, annotations: { example.test/a: b } }\n',
      ),
    );
    running = await runInfra(cluster);
    const found = await site.has(at, ...usual('edge-windlass'));
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
    const at = await site.namespace();
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    const found = await site.has(at, ...usual('edge-windlass'));
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
    const at = await site.namespace();
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    const before = await site.has(at, ...usual('edge-windlass'));
    await running.look();
    await running.stop();
    running = await runInfra(cluster);
    // Another one, made after it, shows that it has been looked at.
    await cluster.put(gateway('later', at));
    await running.look();
    const after = await site.has(at, ...usual('edge-windlass'), ...usual('later-windlass'));
    for (const [name, { metadata }] of before)
      expect([name, after.get(name)?.metadata.resourceVersion]).toEqual([name, metadata.resourceVersion]);
    // Nor is the server asked to.
    expect([...(await running.writes()).values()].reduce((sum, each) => sum + each, 0)).toBe(5);
  });

  it('is not written by who does not lead, until it does', async () => {
    const at = await site.namespace();
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster, { isLeader: false });
    expect(running.observed.get(`${at}/edge`)).toMatchObject({ addresses: [], binds: ['0.0.0.0'] });
    expect((await cluster.ours(at)).size).toBe(0);
    running.infra.lead(true);
    await site.has(at, ...usual('edge-windlass'));
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
    const at = await site.namespace();
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    await site.has(at, ...usual('edge-windlass'));
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
    const at = await site.namespace();
    await cluster.put(gateway('edge', at) + '---\n' + gateway('other', at));
    running = await runInfra(cluster);
    await site.has(at, ...usual('edge-windlass'), ...usual('other-windlass'));
    await cluster.remove(`/apis/gateway.networking.k8s.io/v1/namespaces/${at}/gateways/edge`);
    await running.look();
    await site.has(at, ...usual('other-windlass'));
    await until('it says so', () => (running?.removed.includes(`${at}/edge`) === true ? true : undefined));
  });

  it('touches no object that has the name and is not its', async () => {
    const at = await site.namespace();
    const foreign = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'edge-windlass' },
      spec: { ports: [{ port: 1 }] },
    };
    await cluster.client.call({ method: 'POST', path: `/api/v1/namespaces/${at}/services`, body: foreign });
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    await site.has(at, ...usual('edge-windlass').filter((name) => !name.startsWith('Service ')));
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
    const [at, elsewhere] = [await site.namespace(), await site.namespace()];
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    await site.has(at, ...usual('edge-windlass'));
    await cluster.put(`apiVersion: v1
kind: Service
metadata:
  name: edge-windlass
  namespace: ${elsewhere}
  labels: { app.kubernetes.io/managed-by: windlass }
  annotations: { windlass.io/gateway: ${at}/edge }
spec: { type: LoadBalancer, ports: [{ port: 80 }] }`);
    await site.assign(elsewhere, 'edge-windlass', { ip: '192.0.2.66' });
    await site.assign(at, 'edge-windlass', { ip: '192.0.2.7' });
    await until('it has its own', () =>
      running?.observed.get(`${at}/edge`)?.addresses.join() === '192.0.2.7' ? true : undefined,
    );
    // Left alone, too.
    expect((await cluster.ours(elsewhere)).size).toBe(1);
  });

  it('and no longer does, but is its, is repaired and not deleted', async () => {
    const at = await site.namespace();
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    const before = await site.has(at, ...usual('edge-windlass'));
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
    const { uid } = (await site.one('Service', at, 'edge-windlass')).metadata;
    expect(uid).toBe(before.get('Service edge-windlass')?.metadata.uid);
  });
});

describe('a ServiceAccount', () => {
  it("is its Gateway's where it was made for it, and nobody's elsewhere", async () => {
    const at = await site.namespace();
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    await site.has(at, ...usual('edge-windlass'));
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
    const at = await site.namespace();
    const long = `${'a'.repeat(63)}.`.repeat(3) + 'b'.repeat(61);
    const [one, two] = [`${'c'.repeat(61)}1`, `${'c'.repeat(61)}2`];
    expect([long.length, one.length]).toEqual([253, 62]);
    await cluster.put([long, one, two, '1st.gateway'].map((name) => gateway(name, at)).join('---\n'));
    running = await runInfra(cluster);
    const names = [long, one, two, '1st.gateway'].map((name) => infraName(name, 'windlass'));
    expect(new Set(names).size).toBe(4);
    const found = await site.has(at, ...names.flatMap(usual));
    for (const { metadata } of found.values())
      expect([long, one, two, '1st.gateway'].map((name) => `${at}/${name}`)).toContain(
        metadata.annotations?.['windlass.io/gateway'],
      );
  });
});

describe('addresses', () => {
  it('are those that the load balancer is given, and follow it', async () => {
    const at = await site.namespace();
    await cluster.put(gateway('edge', at));
    running = await runInfra(cluster);
    await site.has(at, ...usual('edge-windlass'));
    expect(running.gateway(`${at}/edge`)?.addressed).toMatchObject({ reason: 'AddressNotAssigned' });
    await site.assign(at, 'edge-windlass', { ip: '192.0.2.7' }, { hostname: 'lb.example' });
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
    await site.assign(at, 'edge-windlass', { ip: '192.0.2.8' });
    await seen('192.0.2.8');
  });

  it('asked for each have a Service that asks for it, and what is not given is told', async () => {
    const at = await site.namespace();
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
    await site.assign(at, 'edge-windlass', { ip: '192.0.2.9' });
    await until('it has that', () =>
      running?.observed.get(`${at}/edge`)?.addresses.includes('192.0.2.9') === true ? true : undefined,
    );
    const { clusterIP } = (await site.one('Service', at, 'edge-windlass')).spec as {
      readonly clusterIP: string;
    };
    expect(running.observed.get(`${at}/edge`)).toMatchObject({
      addresses: ['192.0.2.9', clusterIP],
      routabilities: { [clusterIP]: 'Cluster' },
      addressRefusal: { condition: 'Programmed', reason: 'AddressNotUsable' },
      missingAddresses: { reason: 'PartiallyAssigned' },
    });
    const other = found.find(({ spec }) => spec['loadBalancerIP'] === '192.0.2.10')?.metadata.name ?? '';
    await site.assign(at, other, { ip: '192.0.2.10' });
    await until('it has all', () =>
      running?.gateway(`${at}/edge`)?.assigned?.accepted === true ? true : undefined,
    );
    await cluster.put(gateway('edge', at, '  addresses: [{ value: 192.0.2.9 }]\n'));
    await running.look();
    await site.has(at, ...usual('edge-windlass'));
  });
});
