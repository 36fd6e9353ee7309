// What Envoy 1.40 rejects and our checks now stop, with the checks off: who is told, what is served, and that nothing else suffers.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { keyPair } from '../envoy/key-pair.js';
import { until } from '../harness/until.js';
import { service, tlsSecret } from '../harness/yaml.js';
import { forwards, route, World, type Seen } from './world.js';

/** @param port of the backend that answers */
type Files = (port: number) => Readonly<Record<string, string>>;

interface Case {
  readonly what: string;
  /** Files of the site, and the same ones spoilt. */
  readonly good: Files;
  readonly bad: Files;
  /** Where it is asked for. */
  readonly host: string;
  readonly path?: string;
  /** What answers while it is bad. */
  readonly meets: Seen;
  /** Whose status tells it, in these words of Envoy. */
  readonly told: {
    readonly kind: 'HTTPRoute' | 'Gateway';
    readonly name: string;
    /** Listener. */
    readonly of?: string;
    readonly words: RegExp;
  };
}

const pair = keyPair('secure.example');
const GOOD = {
  'secure.yaml': tlsSecret('secure', pair.certificate, pair.key),
  'https-other.yaml': tlsSecret('other', pair.certificate, pair.key),
  'secure-route.yaml': forwards('secure'),
};

function ofRoute(what: string, bad: string, meets: Seen, words: RegExp, path = '/'): Case {
  const told = { kind: 'HTTPRoute', name: 'victim', words } as const;
  const good = { ...GOOD, 'victim.yaml': forwards('victim') };
  return {
    what,
    good: () => good,
    bad: () => ({ 'victim.yaml': bad }),
    host: 'victim.example',
    path,
    meets,
    told,
  };
}

function ofSecret(what: string, certificate: string, key: string, words: RegExp): Case {
  const told = { kind: 'Gateway', name: 'edge', of: 'https', words } as const;
  const bad = { 'secure.yaml': tlsSecret('secure', certificate, key) };
  return { what, good: () => GOOD, bad: () => bad, host: 'secure.example', meets: 'refused', told };
}

const regex = (value: string): string =>
  route(
    'victim',
    `[{ matches: [{ path: { type: RegularExpression, value: ${JSON.stringify(value)} } }], backendRefs: [{ name: good, port: 80 }] }]`,
  );

const filtered = (value: string): string =>
  route(
    'victim',
    `[{ matches: [{ path: { value: /bad } }], filters: [{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: x, value: ${value} }] } }], backendRefs: [{ name: good, port: 80 }] }, { backendRefs: [{ name: good, port: 80 }] }]`,
  );

const staple = keyPair('secure.example', { extensions: [['2b06010505070118', '3003020105']] });
const usage = keyPair('secure.example', { extensions: [['551d0f', '03020308']] });
const nameless = keyPair('secure.example', { nameless: true });
const spoilt = `${pair.certificate}-----BEGIN CERTIFICATE-----\nMIIB\n`;

const external = (name: string): string => `
apiVersion: v1
kind: Service
metadata: { name: beyond }
spec: { type: ExternalName, externalName: ${name}, ports: [{ port: 80 }] }
`;

const CASES: readonly Case[] = [
  ofRoute(
    'a character class that RE2 does not know',
    regex('/\\p{Garay}'),
    500,
    /invalid character class range/,
  ),
  ofRoute(
    'an expression that is too large for RE2',
    regex(`/${'[acegikmoqsuwyACEGIKMOQSUWY]{1000}'.repeat(29)}`),
    500,
    /pattern too large - compile failed/,
  ),
  ofRoute('text that is not Unicode', filtered('half-a-character.invalid'), 500, /Unable to unpack/, '/bad'),
  ofSecret('a certificate that must be stapled', staple.certificate, staple.key, /OCSP response is required/),
  ofSecret(
    'an ECDSA certificate that may not sign',
    usage.certificate,
    usage.key,
    /Failed to load certificate/,
  ),
  ofSecret('a certificate without a name', nameless.certificate, nameless.key, /neither subject CN nor SAN/),
  ofSecret('a chain with a spoilt block', spoilt, pair.key, /Failed to load certificate chain/),
  {
    what: 'endpoints that are no addresses',
    good: (port) => ({ ...GOOD, 'victim.yaml': forwards('victim', 'odd'), 'odd.yaml': service('odd', port) }),
    bad: (port) => ({ 'odd.yaml': service('odd', port).replace('127.0.0.1', '192.0.2.66') }),
    host: 'victim.example',
    meets: 503,
    told: { kind: 'HTTPRoute', name: 'victim', words: /malformed IP address: not-an-address/ },
  },
  {
    what: 'a cluster that cannot be read',
    good: (port) => ({
      ...GOOD,
      'victim.yaml': forwards('victim', 'beyond'),
      'beyond.yaml': service('beyond', port),
    }),
    bad: () => ({ 'beyond.yaml': external('half-a-character.invalid') }),
    host: 'victim.example',
    meets: 500,
    told: { kind: 'HTTPRoute', name: 'victim', words: /Unable to unpack|invalid/ },
  },
];

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
}, 60_000);

describe('a real Envoy that rejects', () => {
  it.each(CASES.map((each) => [each.what, each] as const))(
    '%s',
    async (_what, { good, bad, host, path = '/', meets, told }) => {
      world = await World.start(good);
      const site = world;
      const remove = (file: string): void => rmSync(join(site.windlass.directory, file));
      const complaint = async (): Promise<string | undefined> =>
        (await site.conditions(told.kind, told.name)).find(
          ({ of, message }) => of === (told.of ?? '') && told.words.test(message),
        )?.message;
      await site.comes('other.example', 200);
      await site.comes('lent.example', 200);
      await site.comes(host, 200, path);

      for (const [file, text] of Object.entries(bad(site.backendPort))) site.windlass.write(file, text);
      await until('the status to tell it', complaint);
      await site.comes(host, meets, path);

      // Everything else keeps changing, and what is taken away is gone.
      await site.editOther('second');
      remove('grant.yaml');
      remove('gone.yaml');
      await site.comes('lent.example', 500);
      await site.comes('gone.example', 404);

      // A new Envoy starts healthy, with the same in the place of the rejected.
      await site.replaceEnvoy();
      expect(await complaint()).toBeDefined();
      expect(await site.meets(host, path)).toBe(meets);
      expect(await site.meets('lent.example')).toBe(500);
      expect(await site.meets('gone.example')).toBe(404);
      await site.editOther('third');

      for (const file of Object.keys(bad(0))) site.windlass.write(file, good(site.backendPort)[file] ?? '');
      await site.comes(host, 200, path);
      await until('the status to be clear', async () =>
        (await complaint()) === undefined ? true : undefined,
      );
      expect(await site.meets('lent.example')).toBe(500);
      expect(await site.meets('gone.example')).toBe(404);
    },
    90_000,
  );
});
