import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { file } from '../../../scripts/images/entry.js';
import { architecture } from '../../../scripts/images/images.js';
import { writeImage } from '../../../scripts/images/oci.js';
import { program } from '../programs.js';
import { SANDBOX_IMAGE } from './layout.js';

/** The image of what keeps the namespaces of a pod: a process that waits. @returns path of the archive */
export async function sandboxArchive(directory: string): Promise<string> {
  const binary = await program('init');
  const { archive } = writeImage(
    {
      name: SANDBOX_IMAGE,
      architecture: architecture(),
      layers: [[file('pause', () => readFileSync(binary), 0o755)]],
      config: {
        entrypoint: ['/pause'],
        environment: {},
        user: '65535:65535',
        workingDirectory: '/',
        labels: {},
      },
    },
    join(directory, 'images'),
  );
  return archive;
}
