import { describe, expect, it } from '@jest/globals';
import { given } from '../testing/given.js';
import { ONE } from '../testing/key-pair.js';
import { gateway, services } from '../testing/yaml.js';
import { evaluateConnection } from './evaluate-connection.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A listener that ends TLS and one that passes it through, each with a route, and clients are verified. */
const world = (mode: string) =>
  given(`${gateway(
    '{ name: ended, port: 443, protocol: TLS, hostname: a.test, tls: { mode: Terminate, certificateRefs: [{ name: pair }] } }',
    '{ name: passed, port: 443, protocol: TLS, hostname: b.test, tls: { mode: Passthrough } }',
  )}  tls: { frontend: { default: { validation: { mode: ${mode}, caCertificateRefs: [{ group: "", kind: ConfigMap, name: ca }] } } } }
${services('a')}---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: ca, namespace: default }, data: { ca.crt: ${JSON.stringify(ONE.certificate)} } }
---
apiVersion: v1
kind: Secret
metadata: { name: pair, namespace: default }
type: kubernetes.io/tls
data: { tls.crt: ${base64(ONE.certificate)}, tls.key: ${base64(ONE.key)} }
---
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: { name: r, namespace: default }
spec: { parentRefs: [{ name: gw }], hostnames: [a.test, b.test], rules: [{ backendRefs: [{ name: a, port: 80 }] }] }
`).fleet();

const TO = { port: 443, transport: 'tcp' } as const;

describe('a connection without a valid certificate', () => {
  it.each(['none', 'invalid'] as const)(
    '(%s) is refused where TLS is ended and clients are verified',
    (clientCertificate) => {
      const fleet = world('AllowValidOnly');
      expect(evaluateConnection(fleet, { ...TO, sni: 'a.test', clientCertificate }).kind).toBe('refused');
      expect(evaluateConnection(fleet, { ...TO, sni: 'a.test' }).kind).toBe('forward');
    },
  );

  it('goes on where TLS is passed through, which verifies nobody', () => {
    const fleet = world('AllowValidOnly');
    expect(evaluateConnection(fleet, { ...TO, sni: 'b.test', clientCertificate: 'none' }).kind).toBe(
      'forward',
    );
  });

  it('goes on where the mode is AllowInsecureFallback', () => {
    const fleet = world('AllowInsecureFallback');
    expect(evaluateConnection(fleet, { ...TO, sni: 'a.test', clientCertificate: 'invalid' }).kind).toBe(
      'forward',
    );
  });
});
