import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseLayer, CERTIFICATES, USER } from './debian.js';
import { copied, file, type Entry } from './entry.js';
import type { Architecture, Image } from './oci.js';

const ROOT = join(import.meta.dirname, '..', '..');

export interface ImageOptions {
  /** As `registry.example/` or ''. */
  readonly prefix: string;
  readonly tag: string;
  /** Where what is fetched is kept. */
  readonly cache: string;
}

/** The version in `package.json`: of the images, and of the chart. */
export function productVersion(): string {
  return (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string })
    .version;
}

/** The control plane: what `Dockerfile` makes with an engine. Needs the build in `dist/`. */
export function controlPlane({ prefix, tag, cache }: ImageOptions): Image {
  const node = join(ROOT, 'node_modules', 'node', 'bin', 'node');
  return {
    name: `${prefix}windlass:${tag}`,
    architecture: architecture(),
    layers: [
      baseLayer(cache),
      [file('usr/local/bin/node', () => readFileSync(node), 0o755)],
      productionPackages(),
      [
        ...copied(join(ROOT, 'dist'), 'app/dist', (path) => path !== '.built' && isRun(path)),
        ...copied(join(ROOT, 'package.json'), 'app/package.json'),
        ...copied(join(ROOT, 'LICENSE'), 'app/LICENSE'),
      ],
    ],
    config: {
      entrypoint: ['/usr/local/bin/node', '/app/dist/cli/main.js'],
      environment: { NODE_ENV: 'production', SSL_CERT_FILE: CERTIFICATES },
      user: USER,
      workingDirectory: '/app',
      labels: labels('windlass', tag),
    },
  };
}

/**
 * Envoy with the program that drains it: what `envoy-bootstrap/Dockerfile` makes with an engine. Needs Go for the latter.
 * @param envoy path of the binary
 */
export function envoyImage({ prefix, tag, cache }: ImageOptions, envoy: string): Image {
  return {
    name: `${prefix}windlass-envoy:${tag}`,
    architecture: architecture(),
    layers: [
      baseLayer(cache),
      [file('usr/local/bin/envoy', () => readFileSync(envoy), 0o755)],
      [file('usr/local/bin/windlass-drain', drainProgram(), 0o755)],
    ],
    config: {
      entrypoint: ['/usr/local/bin/envoy'],
      environment: { SSL_CERT_FILE: CERTIFICATES },
      user: USER,
      workingDirectory: '/',
      labels: labels('windlass-envoy', tag),
    },
  };
}

function labels(title: string, version: string): Readonly<Record<string, string>> {
  return {
    'org.opencontainers.image.title': title,
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.licenses': 'Apache-2.0',
  };
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>;
}

/** What `npm ci --omit=dev` would install, without what only people and compilers read. */
function productionPackages(): readonly Entry[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  return Object.entries(packages).flatMap(([path, { dev, devOptional }]) => {
    const isOurs = path === '' || dev === true || devOptional === true;
    // Packages for other systems are in the lock, and not here.
    if (isOurs || !existsSync(join(ROOT, path))) return [];
    return copied(join(ROOT, path), `app/${path}`, (below) => below !== 'node_modules' && isRun(below));
  });
}

function isRun(path: string): boolean {
  return !/\.(map|md|markdown|d\.[cm]?ts|[cm]?ts|tsbuildinfo)$/i.test(path);
}

/** Static, and the same on every machine. */
function drainProgram(): () => Buffer {
  return () => {
    const made = mkdtempSync(join(tmpdir(), 'windlass-drain-'));
    try {
      const binary = join(made, 'windlass-drain');
      const flags = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w -buildid=', '-o', binary, '.'];
      const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' };
      execFileSync('go', ['build', ...flags], { cwd: join(ROOT, 'envoy-bootstrap', 'drain'), env });
      return readFileSync(binary);
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  };
}

export function architecture(): Architecture {
  if (process.arch === 'x64') return 'amd64';
  if (process.arch === 'arm64') return 'arm64';
  throw new Error(`there is no image for ${process.arch}: it must be x64 or arm64`);
}
