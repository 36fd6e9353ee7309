import { describe, expect, it } from '@jest/globals';
import { given, type Scenario } from '../routing/testing/given.js';
import { telemetry, type TelemetryOptions } from '../routing/testing/telemetry.js';
import { gateway, HTTP, services } from '../routing/testing/yaml.js';
import { ancestorsOfKind, OF_GATEWAY, said } from './testing/statuses.js';

const shop = (options: TelemetryOptions = {}): Scenario =>
  given(gateway(HTTP) + services('collector') + telemetry('t', options));

const ancestorsOf = (s: Scenario) => ancestorsOfKind('XTelemetryPolicy', s);

describe('the status of an XTelemetryPolicy', () => {
  it('names its Gateways, our name and the observed generation', () => {
    const s = shop();
    const written = s.get('XTelemetryPolicy', 't');
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

  it('says what is wrong with its collector', () => {
    const [status] = ancestorsOf(shop({ backend: '{ name: none, port: 80 }' }));
    expect(status && said(status, 'ResolvedRefs')).toBe(
      'False BackendNotFound: spec.tracing.provider.backendRef: Service default/none does not exist',
    );
  });

  it('says which grant is missing', () => {
    const [status] = ancestorsOf(shop({ backend: '{ name: c, namespace: far, port: 80 }' }));
    expect(status && said(status, 'ResolvedRefs')).toBe(
      'False RefNotPermitted: spec.tracing.provider.backendRef: no ReferenceGrant in namespace far lets XTelemetryPolicies of default refer to Service far/c',
    );
  });

  it('tells attributes that are left out by a condition of its own, only then', () => {
    const [status] = ancestorsOf(
      shop({ more: 'attributes: [{ name: a, sourceType: Attribute, attributeKey: tls.cipher }]' }),
    );
    expect(status?.conditions.find(({ type }) => type === 'windlass.io/AttributesOmitted')).toMatchObject({
      status: 'True',
      reason: 'UnsupportedAttribute',
      message: expect.stringContaining('spec.tracing.attributes[0].attributeKey: a is left out of spans'),
    });
    expect(status && said(status, 'Accepted')).toContain('True');
    const [plain] = ancestorsOf(shop());
    expect(plain && said(plain, 'windlass.io/AttributesOmitted')).toBeUndefined();
  });

  it('goes with the policy', () => {
    const s = shop();
    expect(ancestorsOf(s)).toHaveLength(1);
    expect(ancestorsOf(s.remove('XTelemetryPolicy', 't'))).toEqual([]);
  });
});
