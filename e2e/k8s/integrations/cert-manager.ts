// cert-manager in the cluster: its definitions, its controller, and the image of its solver.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { baseLayer, USER } from '../../../scripts/images/debian.js';
import { file } from '../../../scripts/images/entry.js';
import { architecture } from '../../../scripts/images/images.js';
import { writeImage } from '../../../scripts/images/oci.js';
import { clusterDirectory } from '../../cluster/node/layout.js';
import { hasImage, importImage } from '../../cluster/node/images.js';
import { moduleDirectory, program } from '../../cluster/programs.js';
import type { World } from '../world.js';
import { KUBECONFIG, run, type Running } from './running.js';

const MODULE = 'github.com/cert-manager/cert-manager';

/** @param dns `host:port` of the DNS server that it asks before it lets the ACME server ask */
export async function startCertManager(world: World, dns: string): Promise<Running> {
  const definitions = join(await moduleDirectory('cert-manager', MODULE), 'deploy/crds');
  await world.commands.ok('kubectl', ['apply', '--server-side', '-f', definitions]);
  for (const crd of ['issuers.cert-manager.io', 'challenges.acme.cert-manager.io'])
    await world.condition('CustomResourceDefinition', crd, 'Established');
  return await run(
    'cert-manager',
    [
      ...['--kubeconfig', KUBECONFIG, '--namespace', world.namespace],
      ...['--acme-http01-solver-image', await solverImage(), '--acme-http01-solver-nameservers', dns],
    ],
    { ready: /all controllers have been started/ },
  );
}

/** The solver is a Pod as its users have it: that the Gateway reaches it is what counts. */
async function solverImage(): Promise<string> {
  const binary = await program('acmesolver');
  // The directory's name says which build it is.
  const tag = binary.split('/').at(-2)?.split('-').at(-1) ?? '';
  const name = `windlass.local/acmesolver:${tag}`;
  if (hasImage(name)) return name;
  const cache = process.env['WINDLASS_CACHE_DIR'] ?? join(homedir(), '.cache', 'windlass');
  const { archive } = writeImage(
    {
      name,
      architecture: architecture(),
      layers: [baseLayer(cache), [file('acmesolver', () => readFileSync(binary), 0o755)]],
      config: {
        entrypoint: ['/acmesolver'],
        environment: {},
        user: USER,
        workingDirectory: '/',
        labels: {},
      },
    },
    join(clusterDirectory(), 'images'),
  );
  importImage(archive);
  return name;
}
