import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of manifests for one test. */
export interface Folder {
  readonly path: string;
  readonly at: (name: string) => string;
  readonly write: (name: string, text: string) => Promise<void>;
  /** Writes beside the file and renames over it, as careful editors and tools do. */
  readonly replace: (name: string, text: string) => Promise<void>;
  readonly remove: () => Promise<void>;
}

export async function makeFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'windlass-source-'));
  const at = (name: string): string => join(path, name);
  return {
    path,
    at,
    async write(name, text) {
      await mkdir(dirname(at(name)), { recursive: true });
      await writeFile(at(name), text);
    },
    async replace(name, text) {
      await writeFile(at(`${name}.tmp`), text);
      await rename(at(`${name}.tmp`), at(name));
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** A valid HTTPRoute whose weight is what tests edit; `note` is a label. */
export function route(name: string, weight = 1, note?: string): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: ${name}
${note === undefined ? '' : `  labels: { note: ${note} }\n`}spec:
  parentRefs:
    - name: gateway
  rules:
    - backendRefs:
        - name: backend
          port: 80
          weight: ${weight}
`;
}

/** Waits until `condition` holds, looking again whenever the event loop has had a turn. */
export async function until(what: () => string, condition: () => boolean, deadlineMs = 5000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not reached in ${deadlineMs} ms; seen: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
