import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEnvoy } from '../../src/infra/index.js';
import { silentLogger } from '../../src/telemetry/index.js';
import { described } from '../../scripts/images/dockerfile.js';
import { controlPlane, envoyImage, productVersion } from '../../scripts/images/images.js';
import { fullName, writeImage, type Image, type WrittenImage } from '../../scripts/images/oci.js';

// Go builds a program, and packages of Debian are fetched once.
jest.setTimeout(600_000);

const ROOT = join(import.meta.dirname, '..', '..');
const place = mkdtempSync(join(tmpdir(), 'windlass-images-'));
const options = {
  prefix: 'registry.example/',
  tag: productVersion(),
  cache: process.env['WINDLASS_CACHE_DIR'] ?? join(homedir(), '.cache', 'windlass'),
};
const images: Record<string, Image> = {};
const written: Record<string, WrittenImage> = {};

beforeAll(async () => {
  const environment = { ...process.env, WINDLASS_CACHE_DIR: options.cache };
  const envoy = await findEnvoy({ given: '', environment, logger: silentLogger });
  images['windlass'] = controlPlane(options);
  images['windlass-envoy'] = envoyImage(options, envoy.path);
  for (const [name, image] of Object.entries(images)) written[name] = writeImage(image, place);
}, 600_000);
afterAll(() => rmSync(place, { recursive: true, force: true }));

const NAMES = ['windlass', 'windlass-envoy'] as const;
type Name = (typeof NAMES)[number];
const DOCKERFILES = { windlass: 'Dockerfile', 'windlass-envoy': 'envoy-bootstrap/Dockerfile' } as const;

function of<T>(all: Readonly<Record<string, T>>, name: Name): T {
  const found = all[name];
  if (found === undefined) throw new Error(`no image ${name}`);
  return found;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const read = (name: Name, path: string): Buffer => readFileSync(join(of(written, name).layout, path));
const blob = (name: Name, { digest, size }: Descriptor): Buffer => {
  const bytes = read(name, `blobs/${digest.replace(':', '/')}`);
  const actual = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  expect({ digest: actual, size: bytes.length }).toEqual({ digest, size });
  return bytes;
};
const manifestOf = (name: Name): { readonly config: Descriptor; readonly layers: readonly Descriptor[] } => {
  const { manifests } = JSON.parse(read(name, 'index.json').toString()) as {
    readonly manifests: readonly [Descriptor];
  };
  expect(manifests[0].digest).toBe(of(written, name).digest);
  return JSON.parse(blob(name, manifests[0]).toString()) as ReturnType<typeof manifestOf>;
};

/** The root filesystem, as an engine would unpack it. */
function unpacked(name: Name): string {
  const root = join(place, `${name}-root`);
  if (existsSync(root)) return root;
  mkdirSync(root);
  const { layout } = of(written, name);
  for (const { digest } of manifestOf(name).layers) {
    execFileSync('tar', ['-xf', join(layout, 'blobs', digest.replace(':', '/')), '-C', root]);
  }
  return root;
}

/** Runs a program with nothing but the image around it. */
function run(
  root: string,
  ...command: readonly string[]
): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('unshare', ['-r', 'chroot', root, ...command], {
    encoding: 'utf8',
    // To find chroot by; nothing else of this machine is there.
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    timeout: 120_000,
  });
  return { code: status, said: stdout + stderr };
}

describe.each(NAMES)('the image %s', (name) => {
  it('is a layout of OCI: every digest and size is that of what is there', () => {
    expect(JSON.parse(read(name, 'oci-layout').toString())).toEqual({ imageLayoutVersion: '1.0.0' });
    const { config, layers } = manifestOf(name);
    const { rootfs } = JSON.parse(blob(name, config).toString()) as {
      readonly rootfs: { readonly diff_ids: readonly string[] };
    };
    for (const layer of layers) blob(name, layer);
    expect(rootfs.diff_ids).toEqual(layers.map(({ digest }) => digest));
  });

  it('is kept under the name that kubelet asks for', () => {
    const { manifests } = JSON.parse(read(name, 'index.json').toString()) as {
      readonly manifests: readonly [{ readonly annotations: Readonly<Record<string, string>> }];
    };
    expect(manifests[0].annotations['io.containerd.image.name']).toBe(fullName(of(images, name).name));
    expect(fullName('windlass:1')).toBe('docker.io/library/windlass:1');
    expect(fullName('someone/windlass:1')).toBe('docker.io/someone/windlass:1');
    expect(fullName('registry.example/windlass:1')).toBe('registry.example/windlass:1');
    expect(fullName('localhost/windlass:1')).toBe('localhost/windlass:1');
  });

  it('is the same, byte for byte, when it is made again', () => {
    const again = writeImage(of(images, name), join(place, 'again'));
    expect(again.digest).toBe(of(written, name).digest);
    expect(readFileSync(again.archive).equals(readFileSync(of(written, name).archive))).toBe(true);
  });

  it('is what its Dockerfile makes: the same command, user, environment and files', () => {
    const { entrypoint, environment, user, workingDirectory, copied } = described(
      readFileSync(join(ROOT, DOCKERFILES[name]), 'utf8'),
    );
    expect({ entrypoint, environment, user, workingDirectory }).toEqual({
      entrypoint: of(images, name).config.entrypoint,
      environment: of(images, name).config.environment,
      user: of(images, name).config.user,
      workingDirectory: of(images, name).config.workingDirectory,
    });
    const root = unpacked(name);
    for (const path of copied) expect(statSync(join(root, path)).size).toBeGreaterThan(0);
  });

  it('has no shell, and nobody but nobody may run it', () => {
    const root = unpacked(name);
    for (const shell of ['bin/sh', 'bin/bash', 'usr/bin/sh', 'usr/bin/env', 'bin/busybox']) {
      expect(() => statSync(join(root, shell))).toThrow(/ENOENT/);
    }
    expect(of(images, name).config.user).toBe('65532:65532');
    expect(readFileSync(join(root, 'etc/passwd'), 'utf8')).toContain('nonroot:x:65532:65532:');
  });

  it('trusts the certificates that its environment names', () => {
    const { SSL_CERT_FILE = '' } = of(images, name).config.environment;
    const bundle = readFileSync(join(unpacked(name), SSL_CERT_FILE), 'utf8');
    expect(bundle.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(50);
  });
});

describe('what runs in the images', () => {
  it('is the control plane, of the version of the product', () => {
    const root = unpacked('windlass');
    const { code, said } = run(root, ...of(images, 'windlass').config.entrypoint, 'version');
    expect({ code, said }).toEqual({
      code: 0,
      said: expect.stringMatching(`^windlass ${productVersion()} \\(Gateway API v1\\.7\\.0, Node 24\\.`),
    });
  });

  it('has all that the commands need, the generated codecs and schemas included', () => {
    const root = unpacked('windlass');
    const site = join(root, 'site.yaml');
    execFileSync('cp', [join(ROOT, 'examples', 'canary', 'gateway.yaml'), site]);
    const { code, said } = run(root, ...of(images, 'windlass').config.entrypoint, 'config', '/site.yaml');
    expect({ code, said: said.slice(0, 200) }).toMatchObject({ code: 0 });
    expect(said).toContain('listeners:');
  });

  it('is Envoy, of the version in the Dockerfile', () => {
    const { ENVOY } = described(readFileSync(join(ROOT, DOCKERFILES['windlass-envoy']), 'utf8')).defaults;
    expect(run(unpacked('windlass-envoy'), '/usr/local/bin/envoy', '--version').said).toContain(
      `/${ENVOY ?? ''}/`,
    );
  });

  it('is Node of the version that the product is tested with', () => {
    const { NODE } = described(readFileSync(join(ROOT, DOCKERFILES.windlass), 'utf8')).defaults;
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    expect(NODE).toBe(devDependencies['node']);
    expect(run(unpacked('windlass'), '/usr/local/bin/node', '--version').said.trim()).toBe(`v${NODE ?? ''}`);
  });
});
