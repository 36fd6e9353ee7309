import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { ingest } from '../index.js';
import { accepted, errorsOf, faultsOf, gatewayWith, objectOf, routeWithRule } from '../testing/faults.js';

describe('a form of Gateway API v1.1', () => {
  it('BackendLBPolicy is a warning that names its successor', () => {
    const raw: unknown = parse(
      '{apiVersion: gateway.networking.k8s.io/v1alpha2, kind: BackendLBPolicy, metadata: {name: a}, spec: {}}',
    );
    const { object, faults } = ingest(raw);
    expect(object).toBeUndefined();
    expect(faults).toMatchObject([{ rule: 'olderForm', severity: 'warning' }]);
    expect(faults[0]?.message).toContain('XBackendTrafficPolicy of gateway.networking.x-k8s.io/v1alpha1');
  });

  it('BackendTLSPolicy v1alpha3 is validated, with a warning that names v1', () => {
    const policy = objectOf(
      'BackendTLSPolicy',
      'spec: {targetRefs: [{group: "", kind: Service, name: a}], validation: {hostname: a.b, wellKnownCACertificates: System}}',
    ).replace('io/v1\n', 'io/v1alpha3\n');
    expect(errorsOf(policy)).toEqual([]);
    expect(faultsOf(policy)).toContain(
      'apiVersion: v1alpha3 is an older form of gateway.networking.k8s.io/v1',
    );
  });

  it('sessionPersistence by sessionName becomes a cookie, or a header by type', () => {
    const cookie = routeWithRule(
      'sessionPersistence: {sessionName: s, cookieConfig: {lifetimeType: Session}}',
    );
    expect(accepted(cookie)).toMatchObject({
      spec: {
        rules: [
          {
            sessionPersistence: { type: 'Cookie', cookie: { name: 's', lifetimeType: 'Session', path: '/' } },
          },
        ],
      },
    });
    expect(faultsOf(cookie)).toEqual([
      'spec.rules[0].sessionPersistence.sessionName: is an older form of cookie.name or header.name',
      'spec.rules[0].sessionPersistence.cookieConfig: is an older form of cookie',
    ]);
    expect(accepted(routeWithRule('sessionPersistence: {type: Header, sessionName: x-s}'))).toMatchObject({
      spec: { rules: [{ sessionPersistence: { type: 'Header', header: { name: 'x-s' } } }] },
    });
  });

  const https = (name: string, ca: string): string =>
    `{name: ${name}, port: 443, hostname: ${name}.b, protocol: HTTPS, tls: {certificateRefs: [{name: c}], frontendValidation: {caCertificateRefs: [{group: "", kind: ConfigMap, name: ${ca}}]}}}`;

  it('frontendValidation of a listener moves to its port and is never lost', () => {
    const yaml = gatewayWith(https('a', 'ca'));
    expect(accepted(yaml)).toMatchObject({
      spec: {
        tls: {
          frontend: {
            default: {},
            perPort: [
              {
                port: 443,
                tls: { validation: { caCertificateRefs: [{ name: 'ca' }], mode: 'AllowValidOnly' } },
              },
            ],
          },
        },
      },
    });
    expect(faultsOf(yaml)).toEqual([
      'spec.listeners[0].tls.frontendValidation: is an older form of spec.tls.frontend.perPort[].tls.validation',
    ]);
  });

  it('frontendValidation that differs between listeners of a port is an error', () => {
    expect(errorsOf(gatewayWith(https('a', 'ca'), https('b', 'ca')))).toEqual([]);
    expect(errorsOf(gatewayWith(https('a', 'ca'), https('b', 'other')))).toEqual([
      expect.stringContaining(
        'spec.listeners[1].tls.frontendValidation: differs from that of another listener',
      ),
    ]);
  });
});
