import { describe, expect, it } from '@jest/globals';
import { caConfigMap } from '../routing/testing/backend-tls.js';
import { given, type Scenario } from '../routing/testing/given.js';
import { ONE, tlsSecret } from '../routing/testing/key-pair.js';
import { selector, tlsMode, toXBackend } from '../routing/testing/x-backend.js';
import { gateway, HTTP, route } from '../routing/testing/yaml.js';
import { ancestorsOfKind, OF_GATEWAY, parentsOf, said } from './testing/statuses.js';

const SHOP = gateway(HTTP) + route('r', {}, toXBackend('x'));
const MUTUAL = tlsMode('ClientAndServer', '{ name: client }');

const ancestorsOf = (s: Scenario) => ancestorsOfKind('XBackend', s);

describe('the status of an XBackend', () => {
  it('names the Gateway, our name and the observed generation', () => {
    const s = given(SHOP + selector('x', 'web'));
    const written = s.get('XBackend', 'x');
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

  it('says which reference is wrong, and why; the route is right', () => {
    const s = given(SHOP + selector('x', 'web', MUTUAL) + caConfigMap('ca', ONE));
    const [status] = ancestorsOf(s);
    expect(status && said(status, 'Accepted')).toBe('True Accepted');
    expect(status && said(status, 'ResolvedRefs')).toBe(
      'False InvalidClientCertificateRef: spec.tls.clientCertificateRef: Secret default/client does not exist',
    );
    const [parent] = parentsOf(s, 'r');
    expect(parent && said(parent, 'ResolvedRefs')).toBe('True ResolvedRefs');
  });

  it('says all that is wrong at once', () => {
    const session = ', sessionPersistence: { type: Cookie, cookie: { name: s, path: nowhere } }';
    const [status] = ancestorsOf(given(SHOP + selector('x', 'web', `${session}, protocol: MCP`)));
    expect(status && said(status, 'Accepted')).toBe(
      'False UnsupportedProtocol: spec.protocol: protocol MCP is not supported; what speaks MCP over HTTP is reached by protocol HTTP; spec.sessionPersistence.cookie.path: the Path of a cookie begins with a slash and holds no semicolon',
    );
  });

  it('is there only while a route sends to it', () => {
    const s = given(gateway(HTTP) + selector('x', 'web'));
    expect(ancestorsOf(s)).toEqual([]);
    s.change(route('r', {}, toXBackend('x')));
    expect(ancestorsOf(s)).toHaveLength(1);
    expect(ancestorsOf(s.remove('XBackend', 'x'))).toEqual([]);
  });
});

describe('what an Envoy rejected of an XBackend', () => {
  it.each(['cluster xbackend_default_x_8080', 'secret secret/default/client'])(
    'is told at the rules that send to it: %s',
    (resource) => {
      const tls = resource.startsWith('secret') ? MUTUAL : '';
      const s = given(SHOP + selector('x', 'web', tls) + caConfigMap('ca', ONE) + tlsSecret('client', ONE));
      const owner = { object: 'XBackend default/x', at: 'ports[8080]' };
      const [parent] = parentsOf(s, 'r', { convictions: [{ owner, message: 'odd', resource }] });
      expect(parent && said(parent, 'windlass.io/RejectedByProxy')).toContain('True');
    },
  );
});
