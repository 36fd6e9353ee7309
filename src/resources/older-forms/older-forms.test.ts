import { describe, expect, it } from '@jest/globals';
import { accepted, errorsOf, faultsOf, gatewayWith, objectOf, routeWithRule } from '../testing/faults.js';

describe('a form of Gateway API v1.1', () => {
  const backendLbPolicy = (fields: string): string =>
    `{apiVersion: gateway.networking.k8s.io/v1alpha2, kind: BackendLBPolicy, metadata: {name: a}, spec: {targetRefs: [{group: "", kind: Service, name: s}], ${fields}}}`;

  it('BackendLBPolicy is read, with a warning that names its successor', () => {
    const policy = backendLbPolicy('sessionPersistence: {sessionName: s, type: Header}');
    expect(accepted(policy)).toMatchObject({
      kind: 'BackendLBPolicy',
      spec: { sessionPersistence: { type: 'Header', header: { name: 's' } } },
    });
    expect(faultsOf(policy)).toEqual([
      'kind: BackendLBPolicy is an older form of XBackendTrafficPolicy of gateway.networking.x-k8s.io/v1alpha1',
      'spec.sessionPersistence.sessionName: is an older form of cookie.name or header.name',
    ]);
  });

  it('BackendLBPolicy without a name means a cookie, as it did', () => {
    expect(accepted(backendLbPolicy('sessionPersistence: {}'))).toMatchObject({
      spec: { sessionPersistence: { type: 'Cookie', cookie: { path: '/', lifetimeType: 'Session' } } },
    });
  });

  it('BackendLBPolicy has no retryConstraint', () => {
    expect(faultsOf(backendLbPolicy('retryConstraint: {}'))).toContainEqual(
      expect.stringContaining('spec.retryConstraint'),
    );
  });

  it('sessionName of an XBackendTrafficPolicy becomes a cookie', () => {
    const policy = backendLbPolicy('sessionPersistence: {sessionName: s}')
      .replace('gateway.networking.k8s.io/v1alpha2', 'gateway.networking.x-k8s.io/v1alpha1')
      .replace('BackendLBPolicy', 'XBackendTrafficPolicy');
    expect(accepted(policy)).toMatchObject({
      kind: 'XBackendTrafficPolicy',
      spec: { sessionPersistence: { type: 'Cookie', cookie: { name: 's' } } },
    });
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
