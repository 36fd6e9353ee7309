import { expect, it } from '@jest/globals';
import { given, reasonOf } from './testing/given.js';
import { ONE, tlsSecret } from './testing/key-pair.js';
import { gateway } from './testing/yaml.js';

const https = (option: string): string =>
  `{ name: a, port: 443, protocol: HTTPS, tls: { options: { ${option} }, certificateRefs: [{ name: cert }] } }`;

it.each([
  ['windlass.io/min-tls-version: "1.3"', 'UnsupportedValue'],
  ['example.com/min-tls-version: "1.3"', 'True'],
])('the TLS option %s: %s', (option, expected) => {
  const { accepted, served } = given(gateway(https(option)) + tlsSecret('cert', ONE)).listener('a');
  expect([reasonOf(accepted), served]).toEqual([expected, expected === 'True']);
});
