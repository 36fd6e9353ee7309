import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { file, type Entry } from './entry.js';
import { tar } from './tar.js';

// The format: OCI image layout 1.0. Source: opencontainers/image-spec, image-layout.md, manifest.md, config.md.

export type Architecture = 'amd64' | 'arm64';

/** What an image is made of. */
export interface Image {
  /** With its tag: what a manifest of Kubernetes names. */
  readonly name: string;
  readonly architecture: Architecture;
  /** Each becomes a layer: what changes least comes first. */
  readonly layers: readonly (readonly Entry[])[];
  readonly config: {
    readonly entrypoint: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
    /** `uid:gid`. */
    readonly user: string;
    readonly workingDirectory: string;
    readonly labels: Readonly<Record<string, string>>;
  };
}

interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface WrittenImage {
  readonly name: string;
  /** Of its manifest: what `image@sha256:…` names. */
  readonly digest: string;
  /** A directory in the layout of OCI. */
  readonly layout: string;
  /** The same as one file, which `docker load` and `ctr images import` take. */
  readonly archive: string;
}

/** Writes `<directory>/<base name>/` and `<directory>/<base name>.tar`; the same image has the same digest. */
export function writeImage(image: Image, directory: string): WrittenImage {
  const base = (image.name.split('/').at(-1) ?? image.name).replace(':', '_');
  const layout = join(directory, base);
  const content: Entry[] = [];
  const write = (path: string, bytes: Buffer): void => {
    mkdirSync(join(layout, path, '..'), { recursive: true });
    writeFileSync(join(layout, path), bytes);
    content.push(file(path, () => bytes));
  };
  const blob = (mediaType: string, bytes: Buffer): Blob => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    write(`blobs/sha256/${hex}`, bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const layers = image.layers.map((entries) => blob('application/vnd.oci.image.layer.v1.tar', tar(entries)));
  const config = blob('application/vnd.oci.image.config.v1+json', json(configOf(image, layers)));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = blob(mediaType, json({ schemaVersion: 2, mediaType, config, layers }));
  const annotations = {
    'org.opencontainers.image.ref.name': image.name.split(':').at(-1),
    'io.containerd.image.name': fullName(image.name),
  };
  write('oci-layout', json({ imageLayoutVersion: '1.0.0' }));
  write('index.json', json({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }));
  // For Docker before it read layouts of OCI.
  const path = ({ digest }: Blob): string => `blobs/${digest.replace(':', '/')}`;
  write('manifest.json', json([{ Config: path(config), RepoTags: [image.name], Layers: layers.map(path) }]));
  const archive = `${layout}.tar`;
  writeFileSync(archive, tar(content));
  return { name: image.name, digest: manifest.digest, layout, archive };
}

/** The name with its registry: what containerd keeps an image under, and kubelet asks for. Source: distribution/reference, ParseNormalizedNamed. */
export function fullName(name: string): string {
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) return `docker.io/library/${name}`;
  return /[.:]/.test(first) || first === 'localhost' ? name : `docker.io/${name}`;
}

function configOf({ architecture, config }: Image, layers: readonly Blob[]): object {
  return {
    architecture,
    os: 'linux',
    config: {
      Entrypoint: config.entrypoint,
      Env: Object.entries(config.environment).map(([name, value]) => `${name}=${value}`),
      User: config.user,
      WorkingDir: config.workingDirectory,
      Labels: config.labels,
    },
    // A layer is not compressed: its digest is that of what it holds.
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
