import { describe, expect, it } from '@jest/globals';
import { given, type Scenario } from './testing/given.js';
import { ONE, tlsSecret } from './testing/key-pair.js';
import { gateway, HTTP, route, services, to } from './testing/yaml.js';

// Source: Gateway API, Listener.hostname; conformance: HTTPRouteHTTPSListenerDetectMisdirectedRequests.

const https = (name: string, hostname?: string, cert = 'cert'): string =>
  `{ name: ${name}, port: 443, protocol: HTTPS, ${hostname === undefined ? '' : `hostname: "${hostname}", `}tls: { certificateRefs: [{ name: ${cert} }] } }`;
const HOSTS = ['a.test', 'b.test', 'x.w.test', 'd.w.test', 'nobody.test'];

/** Each listener has a route of its name. */
const world = (...listeners: readonly string[]): Scenario =>
  given(
    gateway(HTTP, ...listeners) +
      tlsSecret('cert', ONE) +
      services('r') +
      route('r', { parent: '{ name: gw, port: 443 }' }, to('r')),
  );
const met = (s: Scenario, sni: string): string =>
  HOSTS.map((host) => s.meets(`https://${host}/`, { sni }).replace('default/r:80', '200')).join(' ');

const A = https('a', 'a.test');
const B = https('b', 'b.test');
const WILD = https('wild', '*.w.test');
const DEEP = https('deep', 'd.w.test');
const ANY = https('any');

describe('a request over the connection of another host', () => {
  it('is misdirected where another listener has its host, and finds nothing where none has', () => {
    const s = world(A, B, WILD, DEEP);
    expect(met(s, 'a.test')).toBe('200 421 421 421 404');
    expect(met(s, 'x.w.test')).toBe('421 421 200 421 404');
    expect(met(s, 'd.w.test')).toBe('421 421 421 200 404');
  });

  it('is always misdirected where a listener without a hostname has every host', () => {
    const s = world(A, B, WILD, DEEP, ANY);
    expect(met(s, 'a.test')).toBe('200 421 421 421 421');
    expect(met(s, 'x.w.test')).toBe('421 421 200 421 421');
    expect(met(s, 'nobody.test')).toBe('421 421 421 421 200');
    expect(met(s, '')).toBe('421 421 421 421 200');
  });

  it('finds nothing where its listener is the only one', () => {
    expect(met(world(A), 'a.test')).toBe('200 404 404 404 404');
    expect(world(A).fleet().ports[1]?.tables[0]?.virtualHosts.size).toBe(1);
  });

  it('finds nothing on a host of its own that no route has', () => {
    const s = world(A, B).remove('HTTPRoute', 'r');
    expect(met(s, 'a.test')).toBe('404 421 404 404 404');
  });

  it('is not misdirected to a listener that is not served', () => {
    const s = world(A, https('b', 'b.test', 'none'), WILD, https('deep', 'd.w.test', 'none'));
    expect(met(s, 'a.test')).toBe('200 404 421 421 404');
    // Its server name leads here.
    expect(met(s, 'd.w.test')).toBe('421 404 200 404 404');
  });

  it('is told among the hosts of its port and protocol alone', () => {
    const s = world(A, https('b', 'b.test').replace('443', '8443'));
    expect(met(s, 'a.test')).toBe('200 404 404 404 404');
    expect(s.meets('http://a.test/')).toBe('404');
  });

  it('is misdirected under a wildcard that only a route has, too', () => {
    const s = given(
      gateway(ANY, DEEP) +
        tlsSecret('cert', ONE) +
        services('r') +
        route('r', { hostnames: ['*.w.test', '*.test'], parent: '{ name: gw, sectionName: any }' }, to('r')),
    );
    expect(met(s, 'nobody.test')).toBe('200 200 200 421 200');
    expect(met(s, 'd.w.test')).toBe('421 421 421 404 421');
  });

  it('holds for the port as in authority and the letters', () => {
    const s = world(A, B);
    expect(s.meets('https://B.Test:8443/', { sni: 'a.test', port: 443 })).toBe('421');
  });
});

describe('the list in which hosts are looked up', () => {
  const tables = (s: Scenario) => s.fleet().ports.find(({ port }) => port === 443)?.tables ?? [];
  const strangers = (s: Scenario, index: number) => tables(s)[index]?.virtualHosts.get('*');

  it('is one for all tables of a port', () => {
    const s = world(A, B, WILD);
    expect(strangers(s, 0)?.foreign).toEqual(['*.w.test', 'a.test', 'b.test']);
    expect(strangers(s, 1)?.foreign).toBe(strangers(s, 0)?.foreign);
  });

  it('leaves the hosts of other listeners alone when one more comes', () => {
    const s = world(A, B);
    const [first] = tables(s);
    const own = first?.virtualHosts.get('a.test');
    const before = s.counters().virtualHostsAssembled;
    s.change(gateway(HTTP, A, B, WILD));
    expect(tables(s)[0]?.virtualHosts.get('a.test')).toBe(own);
    expect(strangers(s, 0)?.foreign).toContain('*.w.test');
    // Those of the new one alone.
    expect(s.counters().virtualHostsAssembled - before).toBe(1);
  });

  it('changes no other table where one of its listeners has every host', () => {
    const s = world(A, B, ANY);
    const [first, second] = tables(s);
    s.change(gateway(HTTP, A, B, ANY, WILD));
    expect([tables(s)[0], tables(s)[1]]).toEqual([first, second]);
    expect(tables(s)[0]).toBe(first);
    expect(strangers(s, 2)?.foreign).toEqual(['*.w.test', 'a.test', 'b.test']);
  });

  it('stays when routes come and go', () => {
    const s = world(A, B);
    const before = strangers(s, 0);
    s.change(route('more', { hostnames: ['a.test'] }, to('r', '/more')));
    expect(strangers(s, 0)).toBe(before);
  });
});
