import { posix } from 'node:path';
import { directory, type Entry } from './entry.js';

// The format: POSIX ustar. Source: pax(1), "ustar Interchange Format".

const BLOCK = 512;

/**
 * A tar of the entries that is the same for the same entries, in whatever order they come: sorted by path, of root, without times. Directories that
 * are not given are there nevertheless; of two entries with one path the last counts.
 */
export function tar(entries: readonly Entry[]): Buffer {
  const all = new Map<string, Entry>();
  for (const { path } of entries) for (const parent of parents(path)) all.set(parent, directory(parent));
  for (const entry of entries) all.set(entry.path, entry);
  const sorted = [...all.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return Buffer.concat([...sorted.flatMap(blocks), Buffer.alloc(2 * BLOCK)]);
}

function parents(path: string): readonly string[] {
  const parent = posix.dirname(path);
  return parent === '.' || parent === '/' ? [] : [...parents(parent), parent];
}

function blocks({ path, mode, is }: Entry): readonly Buffer[] {
  switch (is.kind) {
    case 'directory':
      return [header(`${path}/`, mode, '5', 0)];
    case 'link':
      return [header(path, mode, '2', 0, is.to)];
    case 'file': {
      const content = is.content();
      const rest = (BLOCK - (content.length % BLOCK)) % BLOCK;
      return [header(path, mode, '0', content.length), content, Buffer.alloc(rest)];
    }
  }
}

function header(path: string, mode: number, type: '0' | '2' | '5', size: number, link = ''): Buffer {
  const block = Buffer.alloc(BLOCK);
  const { name, prefix } = split(path);
  const text = (value: string, at: number, length: number): void => {
    if (Buffer.byteLength(value) > length) throw new Error(`too long for a tar: ${value}`);
    block.write(value, at, 'utf8');
  };
  const octal = (value: number, at: number, length: number): void =>
    text(value.toString(8).padStart(length - 1, '0'), at, length);
  text(name, 0, 100);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  // The checksum is taken with blanks in its own place.
  text(' '.repeat(8), 148, 8);
  text(type, 156, 1);
  text(link, 157, 100);
  text('ustar\0' + '00', 257, 8);
  text('root', 265, 32);
  text('root', 297, 32);
  text(prefix, 345, 155);
  const sum = block.reduce((total, byte) => total + byte, 0);
  text(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8);
  return block;
}

/** A path of more than a hundred bytes has its first directories in a field of their own. */
function split(path: string): { readonly name: string; readonly prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: '' };
  const parts = path.split('/');
  for (let cut = 1; cut < parts.length; cut += 1) {
    const name = parts.slice(cut).join('/');
    if (Buffer.byteLength(name) <= 100 && name !== '') return { name, prefix: parts.slice(0, cut).join('/') };
  }
  throw new Error(`too long for a tar: ${path}`);
}
