import { describe, expect, it } from '@jest/globals';
import { caConfigMap, policy } from '../routing/testing/backend-tls.js';
import { given, type Scenario } from '../routing/testing/given.js';
import { ONE, tlsSecret } from '../routing/testing/key-pair.js';
import { gateway, HTTP, route, services, to } from '../routing/testing/yaml.js';
import { withImplicated } from './implicated.js';

/** Whom a rejected resource of `secret/default/c` concerns, besides its owner. */
function concerned(s: Scenario, resource = 'secret secret/default/c'): readonly string[] {
  const conviction = { owner: { object: 'Secret default/c', at: '' }, message: 'no', resource };
  return withImplicated([conviction], s.gateway())
    .slice(1)
    .map(({ owner }) => `${owner.object} ${owner.at}`);
}

const presenting = `${gateway(HTTP, '{ name: tcp, port: 9000, protocol: TCP }')}  tls: { backend: { clientCertificateRef: { name: c } } }\n`;
const tcp = `---
apiVersion: gateway.networking.k8s.io/v1
kind: TCPRoute
metadata: { name: t }
spec: { parentRefs: [{ name: gw, sectionName: tcp }], rules: [{ backendRefs: [{ name: secured, port: 80 }] }] }
`;

describe('a rejected certificate that the Gateway presents to backends', () => {
  it('is told to the rules of every kind that send to one over TLS, and to no other', () => {
    const s = given(
      presenting +
        tlsSecret('c', ONE) +
        caConfigMap('ca', ONE) +
        services('plain', 'secured') +
        policy('p', 'secured', {}) +
        route('r', { parent: '{ name: gw, sectionName: http }' }, to('secured', '/a'), to('plain', '/b')) +
        tcp,
    );
    expect(s.fleet().clientCertificate).toBe('secret/default/c');
    expect(concerned(s)).toEqual(['TCPRoute default/t rules[0]', 'HTTPRoute default/r rules[0]']);
    expect(concerned(s, 'secret ca/default/ca')).toEqual(concerned(s));
  });
});
