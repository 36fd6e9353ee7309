import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { WindlassError } from '../../errors/index.js';

/** Longest path of a unix socket that every system takes, without the final zero byte: 103 on macOS, 107 on Linux. */
const MAX_SOCKET_PATH = 103;

/** The files of one fleet in the run directory. All paths are absolute. */
export interface FleetPaths {
  readonly directory: string;
  /** Made by the xDS server: who connects here is this fleet. */
  readonly xdsSocket: string;
  readonly adminSocket: string;
  readonly bootstrap: string;
  readonly state: string;
  /** Envoy's own log. */
  readonly log: string;
  /** Its access log: one JSON object per line. */
  readonly accessLog: string;
}

/** Names have up to 253 characters each and socket paths about 100 in all, so a fleet's directory is named by a hash. */
export function fleetPaths(runDirectory: string, fleet: string): FleetPaths {
  const directory = join(runDirectory, hash(fleet));
  return {
    directory,
    xdsSocket: join(directory, 'xds.sock'),
    adminSocket: join(directory, 'admin.sock'),
    bootstrap: join(directory, 'bootstrap.json'),
    state: join(directory, 'state.json'),
    log: join(directory, 'envoy.log'),
    accessLog: join(directory, 'access.log'),
  };
}

/**
 * Makes the directory, for its owner only, and returns its absolute path. Throws a WindlassError RUN_DIRECTORY_UNUSABLE when it belongs to somebody else, is a shared place
 * with other things in it, such as /tmp, or has a path that is too long for the sockets in it.
 */
export async function openRunDirectory(directory: string): Promise<string> {
  const path = resolve(directory);
  const longest = fleetPaths(path, '').adminSocket;
  if (Buffer.byteLength(longest) > MAX_SOCKET_PATH) {
    const room = MAX_SOCKET_PATH - (Buffer.byteLength(longest) - Buffer.byteLength(path));
    throw new WindlassError(
      'RUN_DIRECTORY_UNUSABLE',
      `the path of the run directory ${path} is too long for the unix sockets in it (at most ${room} bytes); give a shorter one with --run-dir`,
    );
  }
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const { uid, mode } = await stat(path);
    if (process.getuid !== undefined && uid !== process.getuid())
      throw new Error('it belongs to another user');
    if ((mode & 0o077) !== 0) {
      if ((await readdir(path)).length > 0)
        throw new Error('others may enter it, and it holds other things; give a directory of its own');
      await chmod(path, 0o700);
    }
  } catch (thrown) {
    const { message } = WindlassError.from(thrown);
    throw new WindlassError(
      'RUN_DIRECTORY_UNUSABLE',
      `the run directory ${path} cannot be used: ${message}`,
      { cause: thrown },
    );
  }
  return path;
}

/** Directories of fleets, by path: those with a state file are found again after a restart. */
export async function fleetDirectories(runDirectory: string): Promise<readonly string[]> {
  const entries = await readdir(runDirectory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && /^[0-9a-f]{12}$/.test(entry.name))
    .map(({ name }) => join(runDirectory, name))
    .sort();
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
