import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WindlassError } from '../../errors/index.js';

/** Where a running `up` can be reached: `up.json` in the run directory, for scripts and for people who chose port 0. */
export interface UpFile {
  readonly pid: number;
  /** URL of the debug endpoint; null: off. */
  readonly debug: string | null;
  /** `address:port` of the xDS port; null: off. */
  readonly xds: string | null;
}

/** @throws WindlassError FILE_UNWRITABLE */
export async function writeUpFile(runDirectory: string, content: UpFile): Promise<void> {
  try {
    await writeFile(join(runDirectory, 'up.json'), `${JSON.stringify(content)}\n`, { mode: 0o600 });
  } catch (error) {
    throw new WindlassError('FILE_UNWRITABLE', WindlassError.from(error).message, { cause: error });
  }
}

export async function removeUpFile(runDirectory: string): Promise<void> {
  await rm(join(runDirectory, 'up.json'), { force: true });
}
