// Windlass in the cluster, as its users have it: images of the work tree in the node, and the chart.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { controlPlane, envoyImage, productVersion } from '../../scripts/images/images.js';
import { writeImage } from '../../scripts/images/oci.js';
import { findEnvoy } from '../../src/infra/index.js';
import { silentLogger } from '../../src/telemetry/index.js';
import { CHART, NAMESPACE, setting } from './chart.js';
import { clusterDirectory, FILES } from './node/layout.js';
import { hasImage, importImage } from './node/images.js';
import { entering } from './node/node.js';
import { program } from './programs.js';

const ROOT = join(import.meta.dirname, '..', '..');

/** The version, and what tells two states of the sources apart: images of the same tag are the same. */
export function productTag(): string {
  const digest = createHash('sha256');
  const files = ['dist/**/*.js', 'package-lock.json', 'envoy-bootstrap/drain/*'];
  for (const file of globSync(files, { cwd: ROOT }).toSorted())
    digest.update(file).update(readFileSync(join(ROOT, file)));
  return `${productVersion()}-${digest.digest('hex').slice(0, 12)}`;
}

/** Gives the node both images, where it has them not. @throws Error when one cannot be made: it needs `dist/`, Go, and packages of Debian */
export async function importProduct(tag = productTag()): Promise<void> {
  const cache = process.env['WINDLASS_CACHE_DIR'] ?? join(homedir(), '.cache', 'windlass');
  const out = join(clusterDirectory(), 'images');
  const options = { prefix: '', tag, cache };
  mkdirSync(out, { recursive: true });
  if (!hasImage(`windlass:${tag}`)) importImage(writeImage(controlPlane(options), out).archive);
  if (hasImage(`windlass-envoy:${tag}`)) return;
  const environment = { ...process.env, WINDLASS_CACHE_DIR: cache };
  const envoy = await findEnvoy({ given: '', environment, logger: silentLogger });
  importImage(writeImage(envoyImage(options, envoy.path), out).archive);
}

/**
 * Installs the chart, or upgrades to it, and waits until every replica is ready. The definitions of the Gateway API must be there.
 * @param values as `replicas=3`; what stands behind the sign is JSON
 * @throws Error in Helm's words
 */
export async function installProduct(values: readonly string[] = [], tag = productTag()): Promise<void> {
  const config = join(clusterDirectory(), FILES.kubeconfig);
  const images = [`image.tag="${tag}"`, `envoy.image.tag="${tag}"`];
  // Whoever asks for it has other things to do meanwhile.
  const ended = promisify(execFile)('nsenter', [
    ...[...entering('network'), await program('helm'), 'upgrade', '--install', 'windlass', CHART],
    ...['--kubeconfig', config, '--namespace', NAMESPACE, '--create-namespace', '--wait', '--timeout', '5m'],
    ...setting([...images, ...values]),
  ]);
  await ended.catch((error: unknown) => {
    const { stderr = '' } = error as { readonly stderr?: string };
    throw new Error(`helm upgrade --install windlass: ${stderr}`);
  });
}
