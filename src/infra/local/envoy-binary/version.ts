import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The oldest Envoy whose API we speak; the version that is fetched. */
export const ENVOY_VERSION = '1.40.0';

/** Runs `envoy --version` and returns its version, `1.40.0`. Throws what the system says, or an Error for an unexpected answer. */
export async function versionOf(binary: string): Promise<string> {
  const { stdout } = await promisify(execFile)(binary, ['--version'], { timeout: 20_000 });
  const version = parseVersion(stdout);
  if (version === undefined)
    throw new Error(`it answers --version with ${JSON.stringify(stdout.trim().slice(0, 200))}`);
  return version;
}

/** From `envoy  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL`. */
export function parseVersion(output: string): string | undefined {
  return /version: [0-9a-f]+\/(\d+\.\d+\.\d+)/.exec(output)?.[1];
}

/** Whether `version` is at least `floor`; both `major.minor.patch`. */
export function isAtLeast(version: string, floor: string): boolean {
  const [mine = [], theirs = []] = [version, floor].map((text) => text.split('.').map(Number));
  const first = mine.findIndex((part, i) => part !== theirs[i]);
  return first < 0 || (mine[first] ?? 0) > (theirs[first] ?? 0);
}
