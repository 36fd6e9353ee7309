import type { BigIntStats, Dirent } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describeErrno, errnoOf } from './errno.js';

/** A file to read. */
export interface ListedFile {
  /** As a person would write it: the path given, and what was found beneath it. */
  readonly path: string;
  /** Equal stamps mean equal content, unless the file was changed within the clock's grain. */
  readonly stamp: string;
  /** Equal as long as it is the same file: one that was replaced by a rename is another. */
  readonly identity: string;
  readonly modifiedMs: number;
}

/** A path that was given, or found, and cannot be listed. */
interface ListingProblem {
  readonly path: string;
  readonly message: string;
  /** The path was given by the user and does not exist. */
  readonly missing: boolean;
}

export interface Listing {
  readonly files: readonly ListedFile[];
  /** Directories whose entries decide the listing, with the identity of each. */
  readonly directories: ReadonlyMap<string, string>;
  /**
   * Directories in which only some names matter: those that hold a given path itself or the target of a symbolic link. A swap
   * or an edit there changes the listing too.
   */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
  readonly problems: readonly ListingProblem[];
}

/** Stats under way at one time: enough to be fast, few enough to leave threads for others. */
const PARALLEL = 32;

interface Walk {
  readonly files: ListedFile[];
  readonly directories: Map<string, string>;
  readonly names: Map<string, Set<string>>;
  readonly problems: ListingProblem[];
  /** Real paths met: a file or directory reached twice, by symbolic links, is read once, and cycles end. */
  readonly seen: Set<string>;
}

/** Whether a file found in a directory is read. Hidden names are what editors and mounted ConfigMaps keep beside the real files. */
export function isManifest(name: string): boolean {
  return !name.startsWith('.') && /\.(?:ya?ml|json)$/.test(name);
}

/**
 * Lists the files of `paths`: a file is taken whatever its name; of a directory every manifest beneath it, following symbolic
 * links, in the order of names. Never throws: what cannot be listed is a problem of its own.
 */
export async function listFiles(paths: readonly string[]): Promise<Listing> {
  const walk: Walk = { files: [], directories: new Map(), names: new Map(), problems: [], seen: new Set() };
  for (const path of paths) {
    addName(walk, path);
    await add(walk, path, await resolvedPath(path), true);
  }
  return walk;
}

async function add(walk: Walk, path: string, real: string, given: boolean): Promise<void> {
  if (walk.seen.has(real)) return;
  walk.seen.add(real);
  try {
    const found = await stat(path, { bigint: true });
    if (found.isDirectory()) await addDirectory(walk, path, real, found);
    // A pipe or a terminal can be named (`check <(…)`), but is not worth following: its stamp never changes.
    else if (found.isFile() || given) {
      walk.files.push(listedFile(path, found));
      if (given || real !== path) addName(walk, real);
    }
  } catch (error) {
    addProblem(walk, path, error, given);
  }
}

async function addDirectory(walk: Walk, path: string, real: string, found: BigIntStats): Promise<void> {
  walk.directories.set(path, identityOf(found));
  const entries = (await readdir(path, { withFileTypes: true }))
    .filter((entry) => !entry.name.startsWith('.') && (!entry.isFile() || isManifest(entry.name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  for (let i = 0; i < entries.length; i += PARALLEL) {
    const batch = entries.slice(i, i + PARALLEL).map((entry) => examine(path, real, entry));
    for (const found of await Promise.all(batch)) {
      if (found.error !== undefined) addProblem(walk, found.path, found.error, false);
      else if (found.file !== undefined && !walk.seen.has(found.real)) {
        walk.seen.add(found.real);
        walk.files.push(found.file);
        if (found.linked) addName(walk, found.real);
      } else if (found.directory) await add(walk, found.path, found.real, false);
    }
  }
}

interface Examined {
  readonly path: string;
  readonly real: string;
  readonly linked: boolean;
  readonly directory: boolean;
  readonly file?: ListedFile;
  readonly error?: unknown;
}

async function examine(directory: string, realDirectory: string, entry: Dirent): Promise<Examined> {
  const path = join(directory, entry.name);
  const linked = entry.isSymbolicLink();
  if (entry.isDirectory()) return { path, real: join(realDirectory, entry.name), linked, directory: true };
  try {
    const real = linked ? await realpath(path) : join(realDirectory, entry.name);
    const found = await stat(path, { bigint: true });
    if (!found.isFile() || !isManifest(entry.name))
      return { path, real, linked, directory: found.isDirectory() };
    return { path, real, linked, directory: false, file: listedFile(path, found) };
  } catch (error) {
    // Gone since the directory was read, or a link that leads nowhere: only the latter is worth a word.
    const gone = errnoOf(error) === 'ENOENT' && !(await exists(path));
    return {
      path,
      real: path,
      linked,
      directory: false,
      ...(gone || !isManifest(entry.name) ? {} : { error }),
    };
  }
}

export function listedFile(path: string, found: BigIntStats): ListedFile {
  return {
    path,
    stamp: stampOf(found),
    identity: identityOf(found),
    modifiedMs: Number(found.mtimeMs),
  };
}

/** With the time of birth, because a file system gives the number of a file that is gone to the next one. */
function identityOf({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${birthtimeNs}`;
}

/** Size, time and identity of a file. The change time notices what keeps size and modification time, such as `rsync -t`. */
export function stampOf(found: BigIntStats): string {
  if (!found.isFile()) return `special:${identityOf(found)}`;
  return `${identityOf(found)}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`;
}

function addName(walk: Walk, path: string): void {
  const directory = dirname(path);
  walk.names.set(directory, (walk.names.get(directory) ?? new Set()).add(basename(path)));
}

function addProblem(walk: Walk, path: string, error: unknown, given: boolean): void {
  walk.problems.push({ path, message: describeErrno(error), missing: given && errnoOf(error) === 'ENOENT' });
}

async function resolvedPath(path: string): Promise<string> {
  // A pipe under /proc has no real path, a missing one neither: both are told apart by what stat says.
  return realpath(path).catch(() => path);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
