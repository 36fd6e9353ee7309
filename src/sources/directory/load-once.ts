import { WindlassError } from '../../errors/index.js';
import type { KnownObject } from '../../resources/index.js';
import type { Diagnostic } from '../events.js';
import { DocumentCache } from './document-cache.js';
import { listFiles, type Listing } from './list-files.js';
import { readText, unreadable } from './read-file.js';
import { resolve, type FileContent } from './resolve.js';

/** All that files and directories say at one moment. */
export interface Loaded {
  /** The objects without errors, in the order of files and lines, each with generation 1. */
  readonly objects: readonly KnownObject[];
  /** Every fault of every file, in the order of files and lines. */
  readonly diagnostics: readonly Diagnostic[];
  readonly files: number;
  /** Documents that are not empty; a `List` counts as one and one for each item. */
  readonly documents: number;
}

/**
 * Reads files and directories once, for commands that answer and end.
 * @throws WindlassError SOURCE_NOT_FOUND naming every path of `paths` that does not exist
 */
export async function loadOnce(paths: readonly string[]): Promise<Loaded> {
  const listing = await listFiles(paths);
  requirePaths(listing);
  const cache = new DocumentCache();
  const files: FileContent[] = [];
  for (const { path } of listing.files) files.push(await readContent(path, cache));
  const { running, diagnostics } = resolve(files, new Map());
  return {
    objects: [...running.values()].map(({ object }) => object),
    diagnostics: [...listing.problems.map(({ path, message }) => unreadable(path, message)), ...diagnostics],
    files: files.length,
    documents: files.reduce((sum, file) => sum + file.documents.length, 0),
  };
}

/** @throws WindlassError SOURCE_NOT_FOUND naming every path that was given and does not exist */
export function requirePaths(listing: Listing): void {
  const missing = listing.problems.filter((problem) => problem.missing).map((problem) => problem.path);
  if (missing.length === 0) return;
  throw new WindlassError('SOURCE_NOT_FOUND', `no such file or directory: ${missing.join(', ')}`);
}

async function readContent(path: string, cache: DocumentCache): Promise<FileContent> {
  const read = await readText(path);
  switch (read.kind) {
    case 'text':
      return { path, documents: await cache.read(read.text), problem: undefined };
    case 'changing':
      return { path, documents: [], problem: unreadable(path, 'the file was changed while it was read') };
    case 'problem':
      return { path, documents: [], problem: read.problem };
  }
}
