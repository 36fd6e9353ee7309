import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, type Authority } from '../harness/authority.js';
import { ask } from '../harness/request.js';
import { startTlsBackend, type TlsBackend } from '../harness/tls-backend.js';
import { until } from '../harness/until.js';
import { Standalone } from '../harness/windlass.js';
import { documents, gateway, service } from '../harness/yaml.js';
import { bundleRef, configMapRef, trustBundle } from '../frontend-tls/objects.js';
import { caConfigMap, policy, routeTo } from './objects.js';

// BackendTLSPolicy.spec.validation.caCertificateRefs of kind ClusterTrustBundle, in the versions that there are.

const PORT = 8080;
let windlass: Standalone;
let address: string;
let right: Authority;
let other: Authority;
let backend: TlsBackend;

/** References of the policy of each Service, which is also its path, and what a request meets. */
const CASES = {
  v1: [bundleRef('right'), 200],
  beta: [bundleRef('beta'), 200],
  signer: [bundleRef('example.com:signer:right'), 200],
  beside: [`${configMapRef('other')}, ${bundleRef('right')}`, 200],
  spoilt: [`${bundleRef('none')}, ${bundleRef('right')}`, 200],
  wrong: [bundleRef('other'), 503],
  none: [bundleRef('none'), 500],
  empty: [bundleRef('empty'), 500],
  text: [bundleRef('text'), 500],
  group: [bundleRef('right').replace('certificates.k8s.io', 'x.test'), 500],
} as const satisfies Readonly<Record<string, readonly [refs: string, answer: number]>>;
type Case = keyof typeof CASES;
const NAMES = Object.keys(CASES) as Case[];

beforeAll(async () => {
  [right, other] = await Promise.all([createAuthority(), createAuthority()]);
  backend = await startTlsBackend('app', await right.issue('a.test', 'ecdsa'));
  windlass = new Standalone({
    'all.yaml': documents(
      gateway('edge', PORT),
      routeTo([...NAMES, 'live']),
      ...[...NAMES, 'live'].map((name) => service(name, backend.port)),
      ...NAMES.map((name) => policy(name, { refs: `[${CASES[name][0]}]` })),
      policy('live', { refs: `[${bundleRef('live')}]` }),
      caConfigMap('other', other.certificate),
      trustBundle('right', [right.certificate]),
      trustBundle('beta', [right.certificate, other.certificate], 'v1beta1'),
      trustBundle('example.com:signer:right', [right.certificate]).replace(
        'spec: {',
        'spec: { signerName: example.com/signer,',
      ),
      trustBundle('other', [other.certificate]),
      trustBundle('empty', []),
      trustBundle('text', ['nothing of the kind']),
    ),
    'live.yaml': trustBundle('live', [right.certificate]),
  });
  await windlass.start();
  address = await windlass.address('edge');
}, 60_000);

afterAll(async () => {
  await windlass.dispose();
  await backend.close();
}, 60_000);

const met = async (name: string) =>
  (await ask({ address, port: PORT, host: 'any.test', path: `/${name}` })).status;

async function says(name: string): Promise<string> {
  const conditions = (await windlass.status('BackendTLSPolicy', name))?.ancestors?.[0]?.conditions ?? [];
  return ['Accepted', 'ResolvedRefs']
    .map((wanted) => conditions.find(({ type }) => type === wanted))
    .map((found) => `${found?.status ?? ''} ${found?.reason ?? ''}`)
    .join(', ');
}

describe('a BackendTLSPolicy by ClusterTrustBundles', () => {
  it.each(NAMES)('answers as its certificates say: %s', async (name) => {
    await until(`${name} to answer ${CASES[name][1]}`, async () =>
      (await met(name)) === CASES[name][1] ? true : undefined,
    );
  });

  it.each([
    ['v1', 'True Accepted, True ResolvedRefs'],
    ['wrong', 'True Accepted, True ResolvedRefs'],
    ['spoilt', 'True Accepted, False InvalidCACertificateRef'],
    ['none', 'False NoValidCACertificate, False InvalidCACertificateRef'],
    ['empty', 'False NoValidCACertificate, False InvalidCACertificateRef'],
    ['text', 'False NoValidCACertificate, False InvalidCACertificateRef'],
    ['group', 'False NoValidCACertificate, False InvalidKind'],
  ] as const)('says so: %s is %s', async (name, wanted) => {
    expect(await says(name)).toBe(wanted);
  });

  it('follows a bundle that is rotated, spoilt, deleted and back, and sends nothing unverified meanwhile', async () => {
    const becomes = async (status: number): Promise<void> => {
      await until(`live to answer ${status}`, async () => {
        const seen = await met('live');
        if (seen !== status) throw new Error(String(seen));
        return true;
      });
    };
    await becomes(200);
    windlass.write('live.yaml', trustBundle('live', [other.certificate, right.certificate]));
    for (let i = 0; i < 30; i += 1) expect(await met('live')).toBe(200);
    for (const [bundle, status] of [
      [trustBundle('live', [other.certificate]), 503],
      [trustBundle('live', ['nothing of the kind']), 500],
      ['', 500],
    ] as const) {
      windlass.write('live.yaml', bundle);
      await becomes(status);
      for (let i = 0; i < 20; i += 1) expect(await met('live')).toBe(status);
      windlass.write('live.yaml', trustBundle('live', [right.certificate]));
      await becomes(200);
    }
    expect(backend.plaintextConnections()).toBe(0);
  }, 60_000);
});
