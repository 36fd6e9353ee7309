import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { supportedFeatures } from '../../src/status/supported-features.js';
import { World, type Found } from './world.js';

// GatewayClass.status as the control plane of the chart writes it.

jest.setTimeout(120_000);

const INSTALLED = { version: 'v1.7.0', versions: ['v1.7.0'], channel: 'experimental' };
let world: World;
/** Classes are the whole cluster's. */
let own: string;
let foreign: string;
let broken: string;

const classOf = (name: string, controller: string, more = ''): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: ${name} }
spec: { controllerName: ${controller}${more} }
`;

beforeAll(async () => {
  world = await World.open('classes');
  [own, foreign, broken] = ['own', 'foreign', 'broken'].map((name) => `${world.namespace}-${name}`) as [
    string,
    string,
    string,
  ];
  const ours = 'windlass.io/gateway-controller';
  const missing = `, parametersRef: { group: windlass.io, kind: GatewayParameters, name: none, namespace: ${world.namespace} }`;
  await world.put(
    [classOf(own, ours), classOf(foreign, 'example.com/other'), classOf(broken, ours, missing)].join('---'),
  );
});

afterAll(async () => {
  for (const name of [own, foreign, broken]) await world.remove('GatewayClass', name);
  await world.close();
});

const featuresOf = ({ status }: Found): readonly string[] =>
  ((status?.['supportedFeatures'] ?? []) as readonly { readonly name: string }[]).map(({ name }) => name);

describe('the status of a GatewayClass', () => {
  it('claims in a cluster what is supported there, in ascending order', async () => {
    for (const name of ['windlass', own]) {
      const found = await world.condition('GatewayClass', name, 'Accepted');
      expect(featuresOf(found)).toEqual(supportedFeatures(INSTALLED));
      expect(featuresOf(found)).toEqual(featuresOf(found).toSorted());
    }
  });

  it('claims what no conformance test asks for, and these tests do', async () => {
    const found = await world.condition('GatewayClass', own, 'Accepted');
    expect(featuresOf(found)).toEqual(
      expect.arrayContaining([
        ...['ClusterTrustBundle', 'GatewayAddressRoutability', 'GatewayAddressRoutabilityCluster'],
        'GatewayListenerFilters',
      ]),
    );
  });

  it('says which version of the API is installed', async () => {
    const { status } = await world.condition('GatewayClass', own, 'SupportedVersion');
    const said = status?.conditions?.find(({ type }) => type === 'SupportedVersion');
    expect(said).toMatchObject({
      reason: 'SupportedVersion',
      message: 'CRDs of v1.7.0 are installed, channel experimental',
    });
  });

  it('is left alone where it is another controller’s', async () => {
    await world.condition('GatewayClass', own, 'Accepted');
    const found = await world.find('GatewayClass', foreign);
    expect(found?.status?.conditions?.filter(({ type }) => type === 'SupportedVersion')).toEqual([]);
    expect(featuresOf(found ?? ({} as Found))).toEqual([]);
  });

  it('follows its parameters: refused without them, accepted as soon as they are there', async () => {
    const refused = await world.condition('GatewayClass', broken, 'Accepted', { status: 'False' });
    expect(refused.status?.conditions?.find(({ type }) => type === 'Accepted')?.reason).toBe(
      'InvalidParameters',
    );
    expect(featuresOf(refused)).toEqual(supportedFeatures(INSTALLED));
    await world.put(`
apiVersion: windlass.io/v1alpha1
kind: GatewayParameters
metadata: { name: none }
spec: { replicas: 1 }
`);
    await world.condition('GatewayClass', broken, 'Accepted');
  });
});
