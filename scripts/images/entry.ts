import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** One thing in a layer. Everything belongs to root; who runs the image writes nothing. */
export interface Entry {
  /** Without a leading slash. */
  readonly path: string;
  /** Permissions, as 0o755. */
  readonly mode: number;
  readonly is:
    | { readonly kind: 'directory' }
    | { readonly kind: 'file'; readonly content: () => Buffer }
    | { readonly kind: 'link'; readonly to: string };
}

export function directory(path: string, mode = 0o755): Entry {
  return { path, mode, is: { kind: 'directory' } };
}

export function file(path: string, content: string | (() => Buffer), mode = 0o644): Entry {
  return {
    path,
    mode,
    is: { kind: 'file', content: typeof content === 'string' ? () => Buffer.from(content) : content },
  };
}

/**
 * A file or a directory with everything below it, under another path. Of permissions only whether a file may be run is kept: what a machine's umask
 * makes of the rest must not change the image.
 * @param wanted of a path below `from`; a directory that is not wanted is not entered
 */
export function copied(
  from: string,
  to: string,
  wanted: (path: string) => boolean = () => true,
): readonly Entry[] {
  const walk = (below: string): readonly Entry[] => {
    if (below !== '' && !wanted(below)) return [];
    const source = join(from, below);
    const path = below === '' ? to : `${to}/${below}`;
    const { mode, ...stat } = withKind(source);
    switch (stat.kind) {
      case 'link':
        return [{ path, mode: 0o777, is: { kind: 'link', to: readlinkSync(source) } }];
      case 'file':
        return [file(path, () => readFileSync(source), (mode & 0o111) === 0 ? 0o644 : 0o755)];
      case 'directory':
        return [
          directory(path),
          ...readdirSync(source).flatMap((name) => walk(below === '' ? name : `${below}/${name}`)),
        ];
    }
  };
  return walk('');
}

function withKind(path: string): { readonly kind: 'link' | 'file' | 'directory'; readonly mode: number } {
  const stat = lstatSync(path);
  const kind = stat.isSymbolicLink() ? 'link' : stat.isDirectory() ? 'directory' : 'file';
  return { kind, mode: stat.mode };
}
