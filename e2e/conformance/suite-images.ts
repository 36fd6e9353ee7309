import { readFileSync } from 'node:fs';
import { baseLayer } from '../../scripts/images/debian.js';
import { file, type Entry } from '../../scripts/images/entry.js';
import type { Image } from '../../scripts/images/oci.js';
import { architecture } from '../../scripts/images/images.js';
import { cache, program } from '../cluster/programs.js';
import type { Suite } from './suite-program.js';

const NOBODY = '65532:65532';
const ROOT = '0:0';

/**
 * Every image that the suite's manifests name, under exactly that name. All of echo-basic are the one server that the suite's module or its requirement
 * has: the images differ in nothing that a test asks for.
 * @throws Error for an image that nothing here makes
 */
export async function suiteImages({ images, echo }: Suite): Promise<readonly Image[]> {
  return await Promise.all(
    images.map(async (name) => {
      const [base = ''] = (name.split('/').at(-1) ?? '').split(':');
      // It is linked statically: it is all that its image holds.
      if (base === 'echo-basic') return image(name, NOBODY, [binary(base, echo)]);
      // Its manifest gives it the right to open port 53 by a capability, which only root's processes have from the start.
      if (base === 'coredns')
        return image(name, ROOT, baseLayer(cache), [binary(base, await program('coredns'))]);
      throw new Error(`nothing makes the image ${name}, which the suite asks for`);
    }),
  );
}

function binary(name: string, path: string): Entry {
  return file(name, () => readFileSync(path), 0o755);
}

/** @param layers the last one is of the program alone */
function image(name: string, user: string, ...layers: readonly (readonly Entry[])[]): Image {
  const [program] = layers.at(-1) ?? [];
  return {
    name,
    architecture: architecture(),
    layers,
    config: {
      entrypoint: [`/${program?.path ?? ''}`],
      environment: {},
      user,
      workingDirectory: '/',
      labels: {},
    },
  };
}
