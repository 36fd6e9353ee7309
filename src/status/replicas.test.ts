import { describe, expect, it } from '@jest/globals';
import { given } from '../routing/testing/given.js';
import { gateway, HTTP } from '../routing/testing/yaml.js';
import {
  nextProgress,
  ofAllReplicas,
  resumedProgress,
  statusesOf,
  type CurrentCondition,
  type FleetAcknowledgements,
  type FleetProgress,
} from './index.js';
import { gatewayOf, said } from './testing/statuses.js';

const model = () => {
  const [first] = given(gateway(HTTP)).model().gateways;
  if (first === undefined) throw new Error('no Gateway');
  return first;
};
const GENERATION = model().gateway.metadata.generation ?? 0;
const all = (count: number, connected = count): FleetAcknowledgements => ({
  ...{ fleet: 'default/gw', connected, counted: connected, rejected: [] },
  accepted: { '': { generation: GENERATION, count }, http: { generation: GENERATION, count } },
});
const NOBODY = { awaited: 0, silent: 0 };

/** Programmed of the Gateway and of its listener. */
function programmed(progress: FleetProgress): readonly (string | undefined)[] {
  const of = given(gateway(HTTP)).model();
  const statuses = statusesOf(of, new Map([['default/gw', progress]]), 'windlass.io/gateway-controller');
  for (const status of statuses.current.values()) {
    if (status.kind === 'Gateway')
      return [status.status, ...status.status.listeners].map((each) => said(each, 'Programmed'));
  }
  return [];
}

describe('the Envoys of all replicas', () => {
  it('are counted together', () => {
    const together = ofAllReplicas(all(1), [all(2), all(0)], NOBODY);
    expect(together).toMatchObject({ connected: 3, counted: 3, accepted: { '': { count: 3 } } });
    expect(together).not.toHaveProperty('unknown');
  });

  it('must all have accepted a generation', () => {
    const progress = (others: FleetAcknowledgements) =>
      programmed(nextProgress(undefined, model(), ofAllReplicas(all(1), [others], NOBODY), 0));
    expect(progress(all(2))).toEqual(['True Programmed', 'True Programmed']);
    expect(progress(all(1, 2))[0]).toBe(
      'False Pending: waiting for every Envoy to acknowledge: 2 of 3 proxies have acknowledged the configuration of this generation',
    );
  });

  it('that are not known are said not to be counted, and nobody is said to be gone', () => {
    const before = nextProgress(undefined, model(), ofAllReplicas(all(0), [all(2)], NOBODY), 0);
    const nobody = ofAllReplicas(all(0), [], { awaited: 0, silent: 1 });
    const later = nextProgress(before, model(), nobody, 100_000);
    expect(programmed(later)).toEqual(['True Programmed', 'True Programmed']);
    expect(messageOf(later)).toBe(
      '0 of 0 proxies have acknowledged the configuration of this generation, at 127.0.0.1; 1 replica of the control plane does not answer, and its Envoys are not counted',
    );
  });
});

function messageOf(progress: FleetProgress): string | undefined {
  const statuses = statusesOf(given(gateway(HTTP)).model(), new Map([['default/gw', progress]]), 'c');
  const [status] = [...statuses.current.values()].filter(({ kind }) => kind === 'Gateway');
  return status?.kind === 'Gateway'
    ? status.status.conditions.find(({ type }) => type === 'Programmed')?.message
    : undefined;
}

describe('a control plane that was restarted', () => {
  const written = gatewayOf(given(gateway(HTTP)));
  const resumed = (status: unknown): FleetProgress | undefined =>
    resumedProgress(model(), () => status, 1000);

  it('finds programmed what was, and gives the Envoys the time to come back', () => {
    const progress = resumed(written);
    expect(progress && programmed(progress)).toEqual(['True Programmed', 'True Programmed']);
    const nobody = nextProgress(progress, model(), all(0), 5000);
    expect(programmed(nobody)[0]).toBe('True Programmed');
    expect(programmed(nextProgress(nobody, model(), all(0), 12_000))[0]).toBe(
      'False Pending: no Envoy has been connected for 10 seconds',
    );
    expect(programmed(nextProgress(nobody, model(), all(1), 6000))[0]).toBe('True Programmed');
  });

  it('finds nothing programmed that was not, or in another generation', () => {
    expect(resumed(undefined)).toBeUndefined();
    const changed = (change: Partial<CurrentCondition>) => ({
      ...written,
      conditions: written.conditions.map((each) =>
        each.type === 'Programmed' ? { ...each, ...change } : each,
      ),
    });
    expect(resumed(changed({ status: 'False' }))).toBeUndefined();
    expect(resumed(changed({ observedGeneration: GENERATION + 1 }))).toBeUndefined();
    const progress = resumed({ ...written, listeners: [] });
    expect(progress && programmed(progress)[1]).toContain('False Pending');
  });
});
