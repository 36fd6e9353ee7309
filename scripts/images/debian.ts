import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copied, directory, file, type Entry } from './entry.js';

/** What a dynamically linked program needs of a system: the libraries, and whom TLS trusts. */
const PACKAGES = ['libc6', 'libgcc-s1', 'libstdc++6', 'ca-certificates'] as const;

/** Where base images of others have it, too. */
export const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
/** Nobody's. */
export const USER = '65532:65532';

/**
 * The first layer of every image: no shell, no package manager, two users. The packages are fetched with apt-get once and kept in the cache directory: the
 * same packages make the same layer.
 * @throws Error when this is no Debian, or its packages cannot be had
 */
export function baseLayer(cache: string): readonly Entry[] {
  const root = unpacked(cache);
  const libraries = ['lib', 'lib64', 'usr/lib'].flatMap((path) =>
    existsSync(join(root, path)) ? copied(join(root, path), path, isLibrary) : [],
  );
  const licences = PACKAGES.flatMap((name) => {
    const path = `usr/share/doc/${name}/copyright`;
    return existsSync(join(root, path)) ? copied(join(root, path), path) : [];
  });
  return [
    ...libraries,
    ...licences,
    file(CERTIFICATES.slice(1), bundle(join(root, 'usr/share/ca-certificates/mozilla'))),
    file('etc/passwd', 'root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n'),
    file('etc/group', 'root:x:0:\nnonroot:x:65532:\n'),
    file('etc/nsswitch.conf', 'hosts: files dns\n'),
    directory('tmp', 0o1777),
  ];
}

/** Not the converters of character sets, which are half of it and which nothing here asks for. */
function isLibrary(path: string): boolean {
  return !/(^|\/)(gconv|audit)(\/|$)/.test(path);
}

function bundle(folder: string): string {
  const certificates = readdirSync(folder).toSorted();
  return certificates.map((name) => readFileSync(join(folder, name), 'utf8').trimEnd() + '\n').join('');
}

function unpacked(cache: string): string {
  const kept = join(cache, 'debian-base');
  if (existsSync(kept)) return kept;
  mkdirSync(cache, { recursive: true });
  const made = mkdtempSync(join(cache, '.making-'));
  const run = (command: string, ...args: readonly string[]): void =>
    void execFileSync(command, args, { cwd: made, stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    try {
      run('apt-get', 'download', ...PACKAGES);
    } catch {
      // Its list of packages may be old or empty: then it is fetched first.
      run('apt-get', 'update', '-qq');
      run('apt-get', 'download', ...PACKAGES);
    }
    const packages = readdirSync(made);
    for (const name of packages) run('dpkg-deb', '-x', name, 'root');
    if (!existsSync(kept)) renameSync(join(made, 'root'), kept);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return kept;
}
