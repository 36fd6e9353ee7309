import { describe, expect, it } from '@jest/globals';
import { code, docTable } from '../errors/testing/doc-table.js';
import { NOTABLE, notableChanges } from './index.js';

const OURS = 'windlass.io/gateway-controller';

const condition = (type: string, status: string, reason: string, generation = 1) => ({
  ...{ type, status, reason, message: `because of ${reason}`, observedGeneration: generation },
});
const gateway = (...conditions: readonly object[]) => ({ conditions });
const told = (...of: Parameters<typeof notableChanges>) =>
  notableChanges(...of).map(({ type, reason, note }) => `${type} ${reason}: ${note}`);
const ofGateway = (before: unknown, after: unknown) => told('Gateway', before, after, OURS);

describe('the table of events', () => {
  it('is the one in the documentation', () => {
    expect(docTable('events.md', 'Events')).toEqual(
      Object.entries(NOTABLE).map(([place, { bad, meaning, tellsEnd }]) => {
        const [kind = '', type = ''] = place.split(' ');
        return [`${kind} ${code(type)}`, bad, meaning, tellsEnd ? 'told' : ''];
      }),
    );
  });
});

describe('a user is told', () => {
  it('that a Gateway is refused, once', () => {
    const bad = gateway(condition('Accepted', 'False', 'InvalidParameters'));
    expect(ofGateway(gateway(condition('Accepted', 'Unknown', 'Pending')), bad)).toEqual([
      'Warning InvalidParameters: because of InvalidParameters',
    ]);
    expect(ofGateway(undefined, bad)).toHaveLength(1);
    expect(ofGateway(bad, bad)).toEqual([]);
  });

  it('that it is refused for another reason, or that an Envoy rejected it', () => {
    const bad = (reason: string) => gateway(condition('Programmed', 'False', reason));
    expect(ofGateway(bad('AddressNotUsable'), bad('Invalid'))).toEqual([
      'Warning Invalid: because of Invalid',
    ]);
    expect(ofGateway(gateway(condition('Programmed', 'True', 'Programmed')), bad('Invalid'))).toHaveLength(1);
  });

  it('that it is programmed again after a failure, but not that it is after waiting', () => {
    const good = gateway(condition('Programmed', 'True', 'Programmed'));
    expect(ofGateway(gateway(condition('Programmed', 'False', 'Invalid')), good)).toEqual([
      'Normal Programmed: because of Programmed',
    ]);
    expect(ofGateway(gateway(condition('Programmed', 'False', 'Pending')), good)).toEqual([]);
    expect(ofGateway(gateway(condition('Programmed', 'Unknown', 'Pending')), good)).toEqual([]);
  });

  it('that its Envoys have left it, but not that a new generation waits for them', () => {
    const good = gateway(condition('Programmed', 'True', 'Programmed'));
    expect(ofGateway(good, gateway(condition('Programmed', 'False', 'Pending')))).toHaveLength(1);
    expect(ofGateway(good, gateway(condition('Programmed', 'False', 'Pending', 2)))).toEqual([]);
    expect(ofGateway(undefined, gateway(condition('Programmed', 'False', 'Pending')))).toEqual([]);
  });

  it('which listener clashes', () => {
    const listeners = (status: string) => ({
      listeners: [
        { name: 'a', conditions: [condition('Conflicted', status, 'HostnameConflict')] },
        { name: 'b', conditions: [condition('Conflicted', 'False', 'NoConflicts')] },
      ],
    });
    expect(ofGateway(listeners('False'), listeners('True'))).toEqual([
      'Warning HostnameConflict: listener a: because of HostnameConflict',
    ]);
  });

  it('which parent of a route it is about, and nothing of what others wrote', () => {
    const parent = (name: string, status: string, controllerName = OURS) => ({
      ...{ parentRef: { kind: 'Gateway', name, sectionName: 'http' }, controllerName },
      conditions: [condition('ResolvedRefs', status, 'BackendNotFound')],
    });
    const before = { parents: [parent('a', 'True'), parent('b', 'True'), parent('c', 'True', 'another')] };
    const after = { parents: [parent('a', 'True'), parent('b', 'False'), parent('c', 'False', 'another')] };
    expect(told('HTTPRoute', before, after, OURS)).toEqual([
      'Warning BackendNotFound: Gateway b (http): because of BackendNotFound',
    ]);
  });
});
