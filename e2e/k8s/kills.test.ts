import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { NAMESPACE } from '../cluster/chart.js';
import { pause } from '../harness/pause.js';
import { until } from '../harness/until.js';
import type { Failure } from './load/report.js';
import { signal } from './signal.js';
import { openSite, type Site } from './site.js';
import type { Found } from './world.js';

jest.setTimeout(600_000);
const READY_MS = 120_000;
/** Longer than two probes and their time limits together were once. */
const STARVED_MS = 8_000;

let site: Site;

beforeAll(async () => {
  site = await openSite('kills');
}, 600_000);

afterAll(async () => {
  await site.world.close();
}, 600_000);

/** Waits until a pod's container was started again, and is ready. */
async function backAgain(pod: Found): Promise<void> {
  const { name, namespace } = pod.metadata;
  const restarts = ({ status }: Found): number =>
    (status?.['containerStatuses'] as readonly { readonly restartCount: number }[])[0]?.restartCount ?? 0;
  await until(
    `${name} is ready again`,
    async () => {
      const found = await site.world.find('Pod', name, namespace);
      const ready = found?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
      if (found !== undefined && restarts(found) > restarts(pod) && ready === 'True') return true;
      throw new Error(JSON.stringify(found?.status));
    },
    READY_MS,
    100,
  );
}

async function leader(): Promise<Found> {
  const lease = await site.world.find('Lease', 'windlass-controller', NAMESPACE);
  const pods = await site.world.list('Pod', 'app.kubernetes.io/name=windlass', NAMESPACE);
  const found = pods.find(({ metadata }) => String(lease?.spec['holderIdentity']).startsWith(metadata.name));
  if (found === undefined) throw new Error(`nobody leads: ${JSON.stringify(lease?.spec)}`);
  return found;
}

describe('what is killed', () => {
  it('takes with it what it was at, if it is an Envoy, and what is sent to it until all know; nothing else', async () => {
    const [envoy] = await site.world.envoys('edge');
    if (envoy === undefined) throw new Error('no Envoy');
    const killed = { from: 0, to: 0 };
    const { plain, secure, done } = await site.during('an Envoy is killed', async () => {
      killed.from = Date.now();
      signal(envoy, 'SIGKILL');
      await backAgain(envoy);
      killed.to = Date.now();
    });
    console.log(`ready again after ${killed.to - killed.from} ms`);
    const failures = [...plain.failures, ...secure.failures];
    // No answer at all: neither a wrong one, nor one that is waited for in vain.
    const isOfIt = ({ at, why }: Failure): boolean =>
      at >= killed.from && at <= killed.to && !/^\d{3}\b|^the answer|timeout/.test(why);
    expect(failures.filter((failure) => !isOfIt(failure))).toEqual([]);
    expect(done).toBeGreaterThan(100);
  });

  it('is not missed, if it is the leader of the control plane: no request fails, and another one goes on', async () => {
    const { world } = site;
    const first = await leader();
    let accepted = 0;
    const met = await site.during('the leader is killed', async () => {
      const from = Date.now();
      signal(first, 'SIGKILL');
      await world.put(`
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: later}
spec:
  parentRefs: [{name: edge}]
  hostnames: [later.example]
  rules: [{backendRefs: [{name: shop, port: 80}]}]
`);
      await until(
        'somebody writes the status of a new route',
        async () => {
          const route = await world.find('HTTPRoute', 'later');
          const parents = (route?.status?.['parents'] ?? []) as readonly unknown[];
          return parents.length > 0 || undefined;
        },
        READY_MS,
        100,
      );
      accepted = Date.now() - from;
      await backAgain(first);
    });
    console.log(`the status of a new route was written after ${accepted} ms`);
    expect(met.failed).toBe(0);
  });
});

describe('Envoys', () => {
  it('that get no processor for some seconds, all at once, answer late and refuse nobody', async () => {
    const envoys = await site.world.envoys('edge');
    const met = await site.during('no processor', async () => {
      for (const envoy of envoys) signal(envoy, 'SIGSTOP');
      await pause(STARVED_MS);
      for (const envoy of envoys) signal(envoy, 'SIGCONT');
    });
    expect(met.failed).toBe(0);
    expect(met.plain.counts.fresh?.slowestMs).toBeGreaterThan(STARVED_MS / 2);
  });
});
