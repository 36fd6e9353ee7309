import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KindName, KnownObject } from '../../resources/index.js';
import { FakeApiServer, type Written } from './testing/fake-api-server.js';
import { eventually, follow, type Followed } from './testing/followed.js';

let server: FakeApiServer;
let followed: Followed | undefined;

beforeEach(async () => {
  server = await FakeApiServer.start('XBackend', 'BackendLBPolicy');
});

afterEach(async () => {
  followed?.source.stop();
  await server.close();
});

async function started(): Promise<Followed> {
  followed = follow(server);
  await followed.started;
  return followed;
}

const service = (name: string, port = 80): Written => ({ metadata: { name }, spec: { ports: [{ port }] } });
const route = (name: string, value: unknown, generation = 1, more: object = {}): Written => ({
  metadata: { name, generation },
  spec: { rules: [{ matches: [{ path: { type: 'PathPrefix', value } }] }], ...more },
});
const gateway = (secret: string, generation = 1): Written => ({
  metadata: { name: 'gw', generation },
  spec: {
    gatewayClassName: 'windlass',
    listeners: [{ name: 'a', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: secret }] } }],
  },
});
const secret = (name: string, text = name): Written => ({
  metadata: { name },
  data: { 'tls.crt': Buffer.from(text).toString('base64') },
});
const state = (of: Followed, kind: KindName) => of.source.state().find((each) => each.kind === kind);
const spec = (object: KnownObject | undefined): unknown => object && 'spec' in object && object.spec;

describe('the first complete store', () => {
  it('is told at once, defaults filled in, and nothing before every kind is known', async () => {
    const mend = server.fail(/endpointslices/);
    server.put('Service', service('a'));
    server.put('HTTPRoute', route('r', '/x'));
    followed = follow(server);
    const { told, objects, log, started: start, source } = followed;
    await eventually(
      'the kind fails',
      () => (source.state().find(({ kind }) => kind === 'EndpointSlice')?.failures ?? 0) > 2,
    );
    expect(told).toEqual([]);
    expect(source.isComplete).toBe(false);
    mend();
    await start;
    expect(told).toEqual(['+HTTPRoute default/r +Service default/a']);
    expect(objects.get('Service default/a')).toMatchObject({
      apiVersion: 'v1',
      spec: { type: 'ClusterIP', ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }] },
    });
    expect(log.filter((line) => line.includes('"kind":"EndpointSlice"'))).toEqual([
      expect.stringMatching(/^kind cannot be followed.*as told/),
      expect.stringMatching(/^kind is followed again/),
    ]);
  });

  it('waits for a kind whose CRD is there and that is not served yet', async () => {
    server.undiscovered.add('HTTPRoute');
    server.put('HTTPRoute', route('r', '/x'));
    followed = follow(server);
    const { started: start, told } = followed;
    await eventually('others are known', () => server.count(/gateways\?watch/) > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(told).toEqual([]);
    server.undiscovered.clear();
    await start;
    expect(told).toEqual(['+HTTPRoute default/r']);
  });

  it('has the contents of what is referred to', async () => {
    server.put('Gateway', gateway('cert'));
    server.put('Secret', secret('cert'));
    const mend = server.fail(/secrets\/cert/);
    followed = follow(server);
    const { told, started: start, source } = followed;
    await eventually('it is asked for again', () => server.count(/secrets\/cert/) > 1);
    expect(told).toEqual([]);
    expect(source.state().find(({ kind }) => kind === 'Secret')?.is).toBe('failing');
    mend();
    await start;
    expect(told).toEqual(['+Gateway default/gw +Secret default/cert']);
  });

  it('is never told when it is stopped before', async () => {
    server.fail(/services/);
    followed = follow(server);
    followed.source.stop();
    await followed.started;
    expect(followed.source.isComplete).toBe(false);
    expect(followed.told).toEqual([]);
  });
});

describe('a server that fails later', () => {
  it('takes nothing away, and only differences are told when it is back', async () => {
    server.put('HTTPRoute', route('r', '/x'));
    const { told, objects, source } = await started();
    const before = objects.get('HTTPRoute default/r');
    const mend = server.fail(/./);
    server.cut();
    await eventually('every kind fails', () => source.state().every(({ is }) => is !== 'synced'));
    expect(told).toHaveLength(1);
    expect(source.isComplete).toBe(true);
    server.put('Service', service('late'));
    mend();
    await eventually('the difference is told', () => told.length > 1);
    expect(told.slice(1)).toEqual(['+Service default/late']);
    expect(objects.get('HTTPRoute default/r')).toBe(before);
  });

  it('that names a kind no more takes nothing away while its CRD is there', async () => {
    server.put('HTTPRoute', route('r', '/x'));
    const { told } = await started();
    server.undiscovered.add('HTTPRoute');
    const mend = server.fail(/httproutes/, 404);
    server.cut();
    const asked = server.count(/v1\/httproutes/);
    await eventually('it is asked for again', () => server.count(/v1\/httproutes/) > asked + 3);
    expect(told).toHaveLength(1);
    mend();
  });
});

describe('a kind', () => {
  it('is picked up when its CRD comes, and let go when it goes', async () => {
    const made = await started();
    const { told, source } = made;
    expect(state(made, 'XBackend')?.is).toBe('absent');
    server.install('XBackend');
    const tls = { mode: 'None' };
    const externalHostname = { hostname: 'a.example' };
    server.put('XBackend', {
      metadata: { name: 'x' },
      spec: { type: 'ExternalHostname', port: { number: 1 }, externalHostname, tls },
    });
    await eventually(
      'it is told',
      () => told.includes('+XBackend default/x'),
      () => source.state(),
    );
    server.uninstall('XBackend');
    await eventually(
      'its end is told',
      () => told.includes('-XBackend default/x'),
      () => source.state(),
    );
    expect(state(made, 'XBackend')?.is).toBe('absent');
  });

  it('that is served in an older version is read in that, and made current', async () => {
    server.install('HTTPRoute', ['v1beta1'], 'v1.0.0');
    server.put('HTTPRoute', route('r', '/x'));
    const made = await started();
    expect(state(made, 'HTTPRoute')).toMatchObject({ is: 'synced', version: 'v1beta1', objects: 1 });
    expect(made.objects.get('HTTPRoute default/r')?.apiVersion).toBe('gateway.networking.k8s.io/v1');
    expect(made.bundles).toEqual([
      { version: 'v1.0.0', versions: ['v1.0.0', 'v1.7.0'], channel: 'standard' },
    ]);
  });

  it('of Pods is followed only while an XBackend selects some, which waits for them', async () => {
    server.install('XBackend');
    server.put('Pod', {
      metadata: { name: 'p', labels: { app: 'a' } },
      spec: { containers: [] },
      status: { podIP: '10.0.0.1' },
    });
    const made = await started();
    expect(state(made, 'Pod')?.is).toBe('unneeded');
    expect(server.count(/pods/)).toBe(0);
    const mend = server.fail(/pods/);
    const endpointSelector = { matchLabels: { app: 'a' } };
    server.put('XBackend', {
      metadata: { name: 'x' },
      spec: { type: 'EndpointSelector', port: { number: 1 }, endpointSelector, tls: { mode: 'None' } },
    });
    await eventually('they are asked for', () => server.count(/pods/) > 1);
    expect(made.told).toEqual([]);
    mend();
    await eventually('both are told', () => made.objects.size === 2);
    expect(made.told.join(' ')).toBe('+Pod default/p +XBackend default/x');
    server.remove('XBackend', 'x');
    await eventually('they are let go', () => made.objects.size === 0);
    expect(state(made, 'Pod')?.is).toBe('unneeded');
  });
});

describe('an object', () => {
  it('keeps its identity when only its status was written, which is told apart', async () => {
    server.put('HTTPRoute', { ...route('r', '/x'), status: { parents: [] } });
    const { objects, statuses, source, told } = await started();
    const before = objects.get('HTTPRoute default/r');
    statuses.length = 0;
    server.put('HTTPRoute', { ...route('r', '/x'), status: { parents: [1] } });
    await eventually('the status is told', () => statuses.length > 0);
    const ref = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'default', name: 'r' };
    expect(source.object(ref)).toMatchObject({
      apiVersion: 'gateway.networking.k8s.io/v1',
      status: { parents: [1] },
    });
    server.put('HTTPRoute', { ...route('r', '/y', 2), status: { parents: [1] } });
    await eventually('the change is told', () => told.length > 1);
    expect(told).toHaveLength(2);
    expect(statuses).toEqual(['HTTPRoute default/r']);
    expect(objects.get('HTTPRoute default/r')).not.toBe(before);
    expect(objects.get('HTTPRoute default/r')?.metadata).toMatchObject({ generation: 2 });
  });

  it('that does not fit is refused with its fields, alone, and its earlier state stays', async () => {
    server.put('HTTPRoute', route('r', '/x'));
    server.put('HTTPRoute', route('never', 7));
    const { objects, log, source, told } = await started();
    expect(told).toEqual(['+HTTPRoute default/r']);
    const before = objects.get('HTTPRoute default/r');
    server.put('HTTPRoute', route('r', 'no slash', 2));
    server.put('HTTPRoute', route('good', '/y'));
    await eventually('another is told', () => told.length > 1);
    expect(told.slice(1)).toEqual(['+HTTPRoute default/good']);
    expect(objects.get('HTTPRoute default/r')).toBe(before);
    expect(source.refused()).toEqual([
      expect.objectContaining({ object: 'HTTPRoute default/never', keepsEarlier: false }),
      expect.objectContaining({ object: 'HTTPRoute default/r', generation: 2, keepsEarlier: true }),
    ]);
    expect(log).toContainEqual(
      expect.stringMatching(
        /does not fit and is not used.*spec.rules\[0\].matches\[0\].path.value: must be string/,
      ),
    );
    server.put('HTTPRoute', route('r', '/z', 3));
    await eventually('it is mended', () => source.refused().length === 1);
    await eventually('it is told', () => objects.get('HTTPRoute default/r') !== before);
  });

  it('loses fields that a newer bundle brought, and nothing else', async () => {
    server.put('HTTPRoute', route('r', '/x', 1, { newer: { field: 1 }, hostnames: ['a.example'] }));
    const { objects, source } = await started();
    expect(source.refused()).toEqual([]);
    expect(spec(objects.get('HTTPRoute default/r'))).toMatchObject({ hostnames: ['a.example'] });
    expect(spec(objects.get('HTTPRoute default/r'))).not.toHaveProperty('newer');
  });

  it('that was made anew under its name is another one', async () => {
    server.put('Service', service('a'));
    const { objects, told } = await started();
    const before = objects.get('Service default/a');
    server.put('Service', { ...service('a'), metadata: { name: 'a', uid: 'other' } });
    await eventually('it is told', () => told.length > 1);
    expect(objects.get('Service default/a')).not.toBe(before);
  });

  it('of Kubernetes itself is kept as far as it is read, without endpoints on the own host', async () => {
    server.put('EndpointSlice', {
      metadata: { name: 's', labels: { 'kubernetes.io/service-name': 'a' } },
      addressType: 'IPv4',
      endpoints: [
        { addresses: ['127.0.0.1'] },
        { addresses: ['10.0.0.1'], nodeName: 'n', targetRef: { kind: 'Pod' } },
      ],
      ports: [{ port: 80 }],
    });
    const { objects } = await started();
    expect(objects.get('EndpointSlice default/s')).toMatchObject({
      endpoints: [{ addresses: ['10.0.0.1'] }],
    });
    expect(JSON.stringify(objects.get('EndpointSlice default/s'))).not.toMatch(/nodeName|targetRef|127/);
  });
});

describe('contents', () => {
  it('of what nothing refers to are never asked for', async () => {
    server.put('Secret', secret('unused'));
    const { objects, source } = await started();
    server.put('Secret', secret('unused', 'changed'));
    server.put('Service', service('a'));
    await eventually('something else is told', () => objects.size > 0);
    expect(server.count(/secrets\/unused/)).toBe(0);
    expect(source.state().find(({ kind }) => kind === 'Secret')).toMatchObject({ objects: 1, fetches: 0 });
  });

  it('are asked for once, again when they change, and dropped with the last reference', async () => {
    server.put('Secret', secret('cert'));
    server.put('Gateway', gateway('cert'));
    const { told } = await started();
    expect(server.count(/secrets\/cert/)).toBe(1);
    server.put('Secret', secret('cert', 'changed'));
    await eventually('they are told', () => told.length > 1);
    expect(told[1]).toBe('+Secret default/cert');
    expect(server.count(/secrets\/cert/)).toBe(2);
    server.remove('Gateway', 'gw');
    await eventually('they are dropped', () => told.length > 2);
    expect(told[2]).toBe('-Gateway default/gw -Secret default/cert');
    server.put('Secret', secret('cert', 'again'));
    server.put('Service', service('a'));
    await eventually('something else is told', () => told.length > 3);
    expect(server.count(/secrets\/cert/)).toBe(2);
  });

  it('are there before the state that refers to them, which until then waits alone', async () => {
    server.put('Secret', secret('old'));
    server.put('Gateway', gateway('old'));
    const { told, objects } = await started();
    const before = objects.get('Gateway default/gw');
    server.put('Secret', secret('new'));
    const mend = server.fail(/secrets\/new/);
    server.put('Gateway', gateway('new', 2));
    await eventually('they are asked for', () => server.count(/secrets\/new/) > 1);
    server.put('Service', service('a'));
    await eventually('others go on', () => objects.has('Service default/a'));
    expect(objects.get('Gateway default/gw')).toBe(before);
    expect(objects.has('Secret default/old')).toBe(true);
    mend();
    await eventually('it is told', () => told.length > 2);
    expect(told[2]).toBe('+Gateway default/gw +Secret default/new -Secret default/old');
  });

  it('that are not there hold up nobody, and come when they come', async () => {
    server.put('Gateway', gateway('late'));
    const { told } = await started();
    expect(told).toEqual(['+Gateway default/gw']);
    server.put('Secret', secret('late'));
    await eventually('they are told', () => told.length > 1);
    expect(told[1]).toBe('+Secret default/late');
  });

  it('that are forbidden hold up nobody, are told in the log, and asked for again', async () => {
    server.put('Secret', secret('cert'));
    server.put('Gateway', gateway('cert'));
    const mend = server.fail(/secrets\/cert/, 403);
    const { told, log } = await started();
    expect(told).toEqual(['+Gateway default/gw']);
    expect(log).toContainEqual(expect.stringMatching(/^object cannot be used .*Secret default\/cert.*403/));
    mend();
    await eventually('they are told', () => told.length > 1);
  });
});

describe('what is installed', () => {
  it('need not be known to start, where CRDs may not be read', async () => {
    server.fail(/customresourcedefinitions/, 403);
    const made = await started();
    expect(made.source.bundle).toBeUndefined();
    expect(state(made, 'HTTPRoute')?.is).toBe('synced');
  });

  it('is told when it changes', async () => {
    const { bundles } = await started();
    for (const kind of ['GatewayClass', 'Gateway'] as const) server.install(kind, ['v1'], 'v1.8.0');
    await eventually('it is told', () => bundles.length > 1);
    expect(bundles.at(-1)?.versions).toContain('v1.8.0');
  });
});
