import { describe, expect, it } from '@jest/globals';
import type { BackendTls } from '../routing/index.js';
import { clusterResource } from './cluster.js';
import { resourceJson } from './config-dump.js';
import { cluster } from './testing/fleets.js';

const PLAIN: BackendTls = {
  hostname: 'a.test',
  names: [{ kind: 'dns', value: 'a.test' }],
  ca: 'ca/shop/root',
};

function presented(client: BackendTls['client'] | 'absent', ofGateway: string | undefined) {
  const tls: BackendTls = client === 'absent' || client === undefined ? PLAIN : { ...PLAIN, client };
  const resource = clusterResource(cluster('secure', { tls }), ofGateway);
  const text = JSON.stringify(resourceJson(resource));
  const references = resource.sections.flatMap(({ parts }) => parts.flatMap((part) => part.references));
  const secrets = references.filter(({ type }) => type === 'secret').map(({ name }) => name);
  return { secrets, named: /"tlsCertificateSdsSecretConfigs":\[{"name":"([^"]*)"/.exec(text)?.[1] };
}

describe('the certificate that a cluster presents', () => {
  it.each([
    ["the Gateway's where the backend says nothing", 'absent', 'secret/shop/gateway', 'secret/shop/gateway'],
    [
      "the backend's own before the Gateway's",
      { certificate: 'secret/shop/own' },
      'secret/shop/gateway',
      'secret/shop/own',
    ],
    [
      "the backend's own where the Gateway has none",
      { certificate: 'secret/shop/own' },
      undefined,
      'secret/shop/own',
    ],
    ['none where the backend says so', { certificate: undefined }, 'secret/shop/gateway', undefined],
  ] as const)('is %s', (_what, client, ofGateway, expected) => {
    expect(presented(client, ofGateway)).toEqual({
      secrets: ['ca/shop/root', ...(expected === undefined ? [] : [expected])],
      named: expected,
    });
  });
});

describe('a cluster', () => {
  it('whose name holds dots has a name without them in metrics, which are split at dots', () => {
    const dotted = cluster('x', { name: 'xbackend_shop_api.v1_443' });
    expect(resourceJson(clusterResource(dotted, undefined))).toMatchObject({
      name: 'xbackend_shop_api.v1_443',
      altStatName: 'xbackend_shop_api_v1_443',
    });
    expect(resourceJson(clusterResource(cluster('x'), undefined))).not.toHaveProperty('altStatName');
  });

  it('is owned by its XBackend', () => {
    const backend = { group: 'gateway.networking.x-k8s.io', kind: 'XBackend', namespace: 'shop', name: 'x' };
    const { sections } = clusterResource(cluster('x', { backend }), undefined);
    expect(sections.flatMap(({ parts }) => parts.map(({ owner }) => owner.object))).toEqual([
      'XBackend shop/x',
    ]);
  });
});
