import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Backend, startBackend } from '../harness/backend.js';
import { run, Standalone } from '../harness/windlass.js';
import { documents, everythingTo, gateway, service } from '../harness/yaml.js';

let windlass: Standalone;
let backend: Backend;
let keyMaterial: string[];

const route = everythingTo('good', 'edge');

beforeAll(async () => {
  backend = await startBackend('good');
  const certificate = run('cert', '--host', 'a.example', '--name', 'a-tls').stdout;
  // Every base64 value of the Secret whose decoded text is a private key, and the key's own lines.
  keyMaterial = [...certificate.matchAll(/tls\.key: (\S+)/g)].flatMap(([, value = '']) => [
    value.slice(0, 60),
    ...Buffer.from(value, 'base64')
      .toString('utf8')
      .split('\n')
      .filter((line) => line.length > 30 && !line.startsWith('-')),
  ]);
  windlass = new Standalone({
    'all.yaml': documents(
      gateway('edge', 8080).replace(
        'protocol: HTTP }',
        'protocol: HTTP }, { name: https, port: 8443, protocol: HTTPS, tls: { certificateRefs: [{ name: a-tls }] } }',
      ),
      service('good', backend.port),
      route,
    ),
    'cert.yaml': certificate,
  });
  await windlass.start();
  await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await backend.close();
}, 60_000);

describe('the debug endpoint', () => {
  const get = async (path: string): Promise<{ status: number; type: string; body: string }> => {
    const response = await fetch(windlass.debugUrl() + path);
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      body: await response.text(),
    };
  };

  it.each([
    ['/', 'text/html', 'default/edge'],
    ['/config', 'application/json', 'default_good_80'],
    ['/fleets', 'application/json', 'default/edge'],
    ['/status', 'application/json', 'Programmed'],
    ['/metrics', 'text/plain', 'windlass_'],
    ['/healthz', 'text/plain', 'ok'],
    ['/readyz', 'text/plain', 'ok'],
  ])('answers %s as %s', async (path, type, content) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.type).toContain(type);
    expect(answer.body).toContain(content);
  });

  it('shows no key material on any path', async () => {
    expect(keyMaterial.length).toBeGreaterThan(1);
    for (const path of ['/', '/config', '/fleets', '/status', '/metrics']) {
      const { body } = await get(path);
      for (const secret of keyMaterial) expect(body).not.toContain(secret);
      expect(body).not.toContain('PRIVATE KEY');
    }
    for (const secret of keyMaterial) expect(windlass.log).not.toContain(secret);
  });

  it("passes on each Envoy's Prometheus metrics", async () => {
    const { status, body } = await get('/envoy/default/edge/stats/prometheus');
    expect(status).toBe(200);
    expect(body).toContain('envoy_server_live');
  });

  it('refuses a request for another host name, so that a web page cannot read it by DNS rebinding', async () => {
    const { request } = await import('node:http');
    const code = await new Promise<number | undefined>((resolve, reject) => {
      request(windlass.debugUrl() + '/status', { headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(code).toBe(403);
  });

  it('Envoy reports no unknown field, no rejected update and no deprecated feature', async () => {
    const { body } = await get('/envoy/default/edge/stats/prometheus');
    const value = (name: string): number[] =>
      [...body.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)`, 'gm'))].map(([, figure]) =>
        Number(figure),
      );
    for (const name of [
      'envoy_server_static_unknown_fields',
      'envoy_server_dynamic_unknown_fields',
      'envoy_cluster_manager_cds_update_rejected',
      'envoy_listener_manager_lds_update_rejected',
      'envoy_runtime_deprecated_feature_use',
    ]) {
      expect({ name, values: value(name) }).toEqual({ name, values: value(name).map(() => 0) });
      expect(value(name).length).toBeGreaterThan(0);
    }
  });
});
