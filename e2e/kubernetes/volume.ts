import {
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

let written = 0;

/**
 * Writes a volume as kubelet does (AtomicWriter): the files stand in a directory of their own, `..data` is a link to it that is swapped by rename, and each name
 * is a link through `..data` that never changes.
 */
export function writeVolume(directory: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(directory, { recursive: true });
  const data = join(directory, '..data');
  const before = readdirSync(directory).includes('..data') ? readlinkSync(data) : undefined;
  written += 1;
  const name = `..2026_01_01_00_00_00.${written}`;
  mkdirSync(join(directory, name));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, name, file), text);
  symlinkSync(name, join(directory, '..data_tmp'));
  renameSync(join(directory, '..data_tmp'), data);
  if (before === undefined) {
    for (const file of Object.keys(files)) symlinkSync(join('..data', file), join(directory, file));
  } else rmSync(join(directory, before), { recursive: true });
}
