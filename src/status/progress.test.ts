import { describe, expect, it } from '@jest/globals';
import { given } from '../routing/testing/given.js';
import { ONE, tlsSecret } from '../routing/testing/key-pair.js';
import { gateway, HTTP, route, services, to } from '../routing/testing/yaml.js';
import { acceptedBy, marksOf } from './marks.js';
import { nextProgress, progressChangesAt } from './progress.js';

const model = given(gateway(HTTP)).gateway();
const said = (connected: number, count: number) => ({
  fleet: 'default/gw',
  connected,
  counted: count,
  accepted: { '': { generation: 0, count }, http: { generation: 0, count } },
  rejected: [],
});

describe('the counts of a message', () => {
  it('change at most every 5 seconds, and at once when the Gateway becomes programmed', () => {
    const waiting = nextProgress(undefined, model, said(1, 0), 0);
    const first = nextProgress(waiting, model, said(1, 1), 10);
    expect(first.told).toEqual({ connected: 1, accepted: 1, at: 10 });
    const second = nextProgress(first, model, said(2, 1), 4_000);
    expect(second.told).toBe(first.told);
    expect(progressChangesAt(second, said(2, 1))).toBe(5_010);
    const third = nextProgress(second, model, said(3, 2), 5_010);
    expect(third.told).toEqual({ connected: 3, accepted: 2, at: 5_010 });
    expect(progressChangesAt(third, said(3, 2))).toBeUndefined();
  });

  it('that come and go within that time are not told', () => {
    const first = nextProgress(undefined, model, said(1, 1), 0);
    const second = nextProgress(first, model, said(2, 1), 1_000);
    expect(nextProgress(second, model, said(1, 1), 9_000)).toEqual(first);
  });
});

describe('a listener that is served later than its Gateway', () => {
  const https = '{ name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: cert }] } }';
  const s = given(gateway(HTTP, https));

  it('waits for the Envoys to accept it, while the Gateway stays programmed', () => {
    const step = (before: { marks: object; progress?: ReturnType<typeof nextProgress> }, newest: number) => {
      const marks = marksOf(before.marks as ReturnType<typeof marksOf>, s.gateway(), newest);
      return (...settled: number[]) => {
        const accepted = acceptedBy(marks, settled);
        const counted = settled.length;
        const digest = { fleet: 'default/gw', connected: counted, counted, accepted, rejected: [] };
        return { marks, progress: nextProgress(before.progress, s.gateway(), digest, 0) };
      };
    };
    const first = step({ marks: {} }, 1)(1);
    expect(first.progress.gateway.kind).toBe('programmed');
    expect(Object.keys(first.progress.listeners)).toEqual(['http']);
    s.change(tlsSecret('cert', ONE));
    const later = step(first, 2)(1);
    expect(later.progress.gateway.kind).toBe('programmed');
    expect(later.progress.listeners).toMatchObject({
      http: { kind: 'programmed' },
      https: { kind: 'waiting' },
    });
    const last = step(later, 5)(2);
    expect(last.progress.listeners).toMatchObject({ https: { kind: 'programmed' } });
  });
});

describe('the conviction of a Service', () => {
  const mirror = '{ type: RequestMirror, requestMirror: { backendRef: { name: c, port: 80 } } }';
  const on = (host: string) => ({ hostnames: [`${host}.test`] });
  const s = given(
    gateway(HTTP) +
      services('a', 'b', 'c') +
      route('sends', on('a'), to('a', '/a'), to('c')) +
      route('copies', on('b'), `{ filters: [${mirror}], backendRefs: [{ name: b, port: 80 }] }`) +
      route('some', on('c'), `{ backendRefs: [{ name: b, port: 80, filters: [${mirror}] }] }`) +
      route('other', on('d'), to('b')),
  );
  const owners = (resource: string) => {
    const convictions = [{ owner: { object: 'x', at: '' }, message: 'no', resource }];
    const progress = nextProgress(undefined, s.gateway(), { ...said(1, 1), convictions }, 0);
    return progress.convictions.map(({ owner }) => `${owner.object} ${owner.at}`.trim()).sort();
  };

  it.each(['cluster', 'endpoints'])('concerns the rules that send requests or copies to its %s', (type) => {
    expect(owners(`${type} default_c_80`)).toEqual([
      'HTTPRoute default/copies rules[0]',
      'HTTPRoute default/sends rules[1]',
      'HTTPRoute default/some rules[0]',
      'x',
    ]);
  });

  it('concerns nobody when it is one of a route', () => {
    expect(owners('routes default_c_80')).toEqual(['x']);
  });
});
