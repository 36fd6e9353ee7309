import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { ingest } from '../index.js';
import { accepted, errorsOf, objectOf } from '../testing/faults.js';

type Row = readonly [title: string, body: string, error: string | undefined];

function each(kind: Parameters<typeof objectOf>[0], rows: readonly Row[]): void {
  it.each(rows)('%s', (_title, body, error) => {
    const errors = errorsOf(objectOf(kind, body));
    if (error === undefined) expect(errors).toEqual([]);
    else expect(errors).toEqual([expect.stringContaining(error)]);
  });
}

describe('a Service', () => {
  each('Service', [
    ['may have one port without name', 'spec: {ports: [{port: 80}]}', undefined],
    [
      'may have the same number for TCP and UDP',
      'spec: {ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]}',
      undefined,
    ],
    ['may be headless and without ports', 'spec: {clusterIP: None}', undefined],
    ['may be an external name', 'spec: {type: ExternalName, externalName: example.com.}', undefined],
    ['must have ports', 'spec: {}', 'spec.ports: is required'],
    ['must have ports even without spec', '', 'spec.ports: is required'],
    [
      'must name its ports when they are several',
      'spec: {ports: [{port: 80}, {name: b, port: 81}]}',
      'spec.ports[0].name: is required',
    ],
    [
      'must not repeat a name',
      'spec: {ports: [{name: a, port: 80}, {name: a, port: 81}]}',
      'spec.ports[1].name: repeats',
    ],
    [
      'must not repeat a port',
      'spec: {ports: [{name: a, port: 80}, {name: b, port: 80}]}',
      'spec.ports[1]: has the same port 80 and protocol "TCP" as entry 0',
    ],
    [
      'must have ports that exist',
      'spec: {ports: [{port: 70000}]}',
      'spec.ports[0].port: must be between 1 and 65535',
    ],
    ['must have a number for each port', 'spec: {ports: [{name: a}]}', 'spec.ports[0].port: is required'],
    [
      'must speak a known protocol',
      'spec: {ports: [{port: 80, protocol: HTTP}]}',
      'spec.ports[0].protocol: must be "TCP", "UDP" or "SCTP"',
    ],
    [
      'must target a port or its name',
      'spec: {ports: [{port: 80, targetPort: "8080"}]}',
      'spec.ports[0].targetPort: must be at most 15',
    ],
    [
      'must have a known type',
      'spec: {type: Cluster, ports: [{port: 80}]}',
      'spec.type: must be "ClusterIP", "NodePort"',
    ],
    ['must say its external name', 'spec: {type: ExternalName}', 'spec.externalName: is required'],
    [
      'must have a host as external name',
      'spec: {type: ExternalName, externalName: "http://a"}',
      'spec.externalName: ',
    ],
    ['must select by labels', 'spec: {ports: [{port: 80}], selector: {app: "a b"}}', 'spec.selector.app: '],
    [
      'must not set a node port without type',
      'spec: {ports: [{port: 80, nodePort: 30000}]}',
      'spec.ports[0].nodePort: ',
    ],
    [
      'must have a qualified application protocol',
      'spec: {ports: [{port: 80, appProtocol: "h 2"}]}',
      'spec.ports[0].appProtocol: ',
    ],
    [
      'must not have unknown fields',
      'spec: {port: [{port: 80}]}',
      'spec.port: is an unknown field; did you mean "ports"?',
    ],
  ]);

  it('must have the name of an RFC 1035 label', () => {
    expect(
      errorsOf('{apiVersion: v1, kind: Service, metadata: {name: 1a}, spec: {ports: [{port: 80}]}}'),
    ).toEqual([expect.stringContaining('metadata.name: "1a" must be lower-case letters')]);
  });

  it('has its defaults filled in', () => {
    expect(accepted(objectOf('Service', 'spec: {ports: [{port: 80}]}'))).toMatchObject({
      spec: {
        type: 'ClusterIP',
        sessionAffinity: 'None',
        ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
      },
    });
  });
});

describe('an EndpointSlice', () => {
  const slice = (type: string, address: string): string =>
    `{addressType: ${type}, endpoints: [{addresses: ["${address}"]}]}`.slice(1, -1);
  const block = (type: string, address: string): string =>
    slice(type, address).replace(', endpoints', '\nendpoints');
  each('EndpointSlice', [
    ['may have IPv4 addresses', block('IPv4', '192.0.2.1'), undefined],
    ['may have loopback addresses, which an API server refuses', block('IPv4', '127.0.0.1'), undefined],
    ['may have the loopback address of IPv6', block('IPv6', '::1'), undefined],
    ['may have domain names', block('FQDN', 'a.example.com'), undefined],
    ['may be exported without endpoints', 'addressType: IPv4\nendpoints: null\nports: null', undefined],
    [
      'must have a known type of address',
      block('IP', '192.0.2.1'),
      'addressType: must be "IPv4", "IPv6" or "FQDN"',
    ],
    ['must say its type of address', 'endpoints: []', 'addressType: is required'],
    [
      'must have addresses of its type',
      block('IPv6', '192.0.2.1'),
      'endpoints[0].addresses[0]: "192.0.2.1" must be an IPv6 address',
    ],
    [
      'must not have a name for an address',
      block('IPv4', 'localhost'),
      'endpoints[0].addresses[0]: "localhost" must be an IPv4 address',
    ],
    ['must not have an unspecified address', block('IPv4', '0.0.0.0'), 'may not be unspecified'],
    ['must not have a link-local address', block('IPv6', 'fe80::1'), 'may not be link-local'],
    ['must not have a mapped address', block('IPv6', '::ffff:192.0.2.1'), 'must be an IPv6 address'],
    ['must not have a single label as domain name', block('FQDN', 'localhost'), 'at least two labels'],
    [
      'must have an address for each endpoint',
      'addressType: IPv4\nendpoints: [{addresses: []}]',
      'endpoints[0].addresses: must have at least 1 entry',
    ],
    [
      'must not repeat the name of a port',
      'addressType: IPv4\nendpoints: []\nports: [{port: 1}, {port: 2}]',
      'ports[1].name: repeats',
    ],
    [
      'must have ports that exist',
      'addressType: IPv4\nendpoints: []\nports: [{port: 0}]',
      'ports[0].port: must be between',
    ],
  ]);
});

describe('a Secret', () => {
  each('Secret', [
    ['may be empty', '', undefined],
    ['may hold base64 on several lines', 'data:\n  a: |\n    YWJj\n    ZGVm', undefined],
    ['may be written as text', 'type: kubernetes.io/tls\nstringData: {tls.crt: x, tls.key: y}', undefined],
    ['must hold base64', 'data: {a: "not base64"}', 'data.a: must be base64'],
    [
      'must have a key for its certificate',
      'type: kubernetes.io/tls\ndata: {tls.crt: YQ==}',
      'data["tls.key"]: is required for type kubernetes.io/tls',
    ],
    ['must have proper keys', 'data: {"a b": YQ==}', 'data["a b"]: '],
    [
      'must not have a number for a text',
      'stringData: {port: 80}',
      'stringData.port: must be string, not integer',
    ],
  ]);

  it('has its text merged into its data, in which text wins', () => {
    const object = accepted(objectOf('Secret', 'data: {a: YQ==, b: Yg==}\nstringData: {b: "ü"}'));
    expect(object).toMatchObject({
      type: 'Opaque',
      data: { a: 'YQ==', b: Buffer.from('ü').toString('base64') },
    });
    expect(object).not.toHaveProperty('stringData');
  });

  it('never has a value of it repeated in a message', () => {
    const yaml = objectOf(
      'Secret',
      'type: kubernetes.io/tls\ndata: {a: "s3cret!"}\nstringData: {"b c": s3cret!}',
    );
    const { faults } = ingest(parse(yaml));
    expect(faults.length).toBeGreaterThan(0);
    expect(JSON.stringify(faults)).not.toContain('s3cret');
  });
});

describe('a ConfigMap', () => {
  each('ConfigMap', [
    ['may hold text and bytes', 'data: {a: text}\nbinaryData: {b: YQ==}', undefined],
    [
      'must not hold both under one key',
      'data: {a: text}\nbinaryData: {a: YQ==}',
      'data.a: is also a key of binaryData',
    ],
    ['must have proper keys', 'data: {..: text}', 'data[".."]: must not be'],
    ['must hold text', 'data: {a: 1}', 'data.a: must be string, not integer'],
  ]);

  it('must not hold more than 1 MiB', () => {
    expect(errorsOf(objectOf('ConfigMap', `data: {a: "${'x'.repeat(1024 * 1024 + 1)}"}`))).toEqual([
      'data: must hold at most 1048576 bytes',
    ]);
  });
});
