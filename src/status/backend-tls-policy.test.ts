import { describe, expect, it } from '@jest/globals';
import { caConfigMap, policy } from '../routing/testing/backend-tls.js';
import { given, type Scenario } from '../routing/testing/given.js';
import { ONE } from '../routing/testing/key-pair.js';
import { gateway, HTTP, route, services, to } from '../routing/testing/yaml.js';
import { ancestorsOfKind, OF_GATEWAY, parentsOf, said } from './testing/statuses.js';

const SHOP = gateway(HTTP) + services('a') + route('r', {}, to('a')) + policy('p', 'a');

const ancestorsOf = (s: Scenario) => ancestorsOfKind('BackendTLSPolicy', s);

describe('the status of a BackendTLSPolicy', () => {
  it('names the Gateway, our name and the observed generation', () => {
    const s = given(SHOP + caConfigMap('ca', ONE));
    const written = s.get('BackendTLSPolicy', 'p');
    s.put({ ...written, metadata: { ...written.metadata, generation: 7 } });
    expect(ancestorsOf(s)).toEqual([
      {
        ...OF_GATEWAY,
        conditions: [
          expect.objectContaining({ type: 'Accepted', status: 'True', observedGeneration: 7 }),
          expect.objectContaining({ type: 'ResolvedRefs', status: 'True', observedGeneration: 7 }),
        ],
      },
    ]);
  });

  it('says which reference is wrong, and why', () => {
    const [status] = ancestorsOf(given(SHOP));
    expect(status && said(status, 'ResolvedRefs')).toBe(
      'False InvalidCACertificateRef: spec.validation.caCertificateRefs[0]: ConfigMap default/ca does not exist',
    );
    expect(status && said(status, 'Accepted')).toContain('False NoValidCACertificate: ');
  });

  it('goes when no route sends to its Services any more', () => {
    const s = given(SHOP);
    expect(ancestorsOf(s)).toHaveLength(1);
    expect(ancestorsOf(s.remove('HTTPRoute', 'r'))).toEqual([]);
  });
});

describe('CAs that an Envoy rejected', () => {
  it('are told at the rules that send to what is verified by them', () => {
    const s = given(SHOP + services('b') + route('q', {}, to('b', '/b')) + caConfigMap('ca', ONE));
    const owner = { object: 'ca/default/ca', at: '' };
    const convictions = [{ owner, message: 'malformed', resource: 'secret ca/default/ca' }];
    const [status] = parentsOf(s, 'r', { convictions });
    expect(status && said(status, 'windlass.io/RejectedByProxy')).toContain('True');
    const [other] = parentsOf(s, 'q', { convictions });
    expect(other && said(other, 'windlass.io/RejectedByProxy')).toBeUndefined();
  });
});
