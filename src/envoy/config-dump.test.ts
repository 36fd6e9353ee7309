import { describe, expect, it } from '@jest/globals';
import { configDump } from './config-dump.js';
import { snapshotOf } from './snapshot.js';
import {
  certificate,
  cluster,
  fleet,
  forward,
  httpsListener,
  httpsPort,
  rule,
  share,
  virtualHost,
} from './testing/fleets.js';

const pem = { certificate: 'public certificate', key: 'very secret key' };
const dumped = configDump(
  snapshotOf(
    fleet([
      httpsPort([
        [
          httpsListener('https', 'a.example.com', [certificate('a', pem)]),
          [virtualHost('a.example.com', [rule('r', forward([share(cluster('a'))]))])],
        ],
      ]),
    ]),
  ),
);

describe('a dump of the configuration', () => {
  it('holds no key material', () => {
    const text = JSON.stringify(dumped);
    expect(text).not.toContain(pem.key);
    expect(text).not.toContain(Buffer.from(pem.key).toString('base64'));
    expect(dumped.secret.map(({ config }) => config)).toEqual([
      {
        name: 'secret/shop/a',
        tlsCertificate: {
          certificateChain: { inlineBytes: Buffer.from(pem.certificate).toString('base64') },
          privateKey: '[redacted]',
        },
      },
    ]);
  });

  it('lists every resource by type and name, with its version', () => {
    expect(
      Object.entries(dumped).map(([type, resources]) => [
        type,
        resources.map(({ name }: { name: string }) => name),
      ]),
    ).toEqual([
      ['listener', ['gateway/shop/web/443']],
      ['routes', ['gateway/shop/web/443/https']],
      ['cluster', ['shop_a_80']],
      ['endpoints', ['shop_a_80']],
      ['secret', ['secret/shop/a']],
    ]);
    expect(dumped.cluster[0]?.version).toMatch(/^[\w-]{22}$/);
  });
});
