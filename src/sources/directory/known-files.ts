import { hash } from 'node:crypto';
import type { DocumentCache } from './document-cache.js';
import type { ListedFile, Listing } from './list-files.js';
import { readText } from './read-file.js';
import type { FileContent } from './resolve.js';

/** A file younger than this when it was read may change again without another time stamp: it is looked at again. */
const CLOCK_GRAIN_MS = 50;

/** How long nobody must have written to a file before what it no longer says counts as deleted. */
export const SETTLE_MS = 1000;

interface KnownFile {
  readonly stamp: string;
  readonly file: ListedFile;
  /** It was read before as the same file: it is written in place, and may be cut short for a while. */
  readonly inPlace: boolean;
  readonly textHash: string;
  readonly content: FileContent;
}

/** What the files of a source said when they were last read. */
export class KnownFiles {
  readonly #cache: DocumentCache;
  #files: ReadonlyMap<string, KnownFile> = new Map();
  filesRead = 0;

  constructor(cache: DocumentCache) {
    this.#cache = cache;
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** Whether the file was read as it is. */
  isCurrent({ path, stamp }: ListedFile): boolean {
    return this.#files.get(path)?.stamp === stamp;
  }

  /** Reads files; a text that was read before is not looked into again. Returns the paths that must be read once more. */
  async read(files: readonly ListedFile[]): Promise<string[]> {
    const changing: string[] = [];
    const known = new Map(this.#files);
    for (const file of files) {
      const read = await readText(file.path);
      this.filesRead += 1;
      const stamp = isYoung(file, CLOCK_GRAIN_MS) ? '' : file.stamp;
      const before = known.get(file.path);
      const inPlace = before?.file.identity === file.identity;
      switch (read.kind) {
        case 'changing':
          changing.push(file.path);
          break;
        case 'problem': {
          const documents = before?.content.documents ?? [];
          known.set(file.path, {
            stamp,
            file,
            inPlace,
            textHash: '',
            content: { path: file.path, documents, problem: read.problem },
          });
          break;
        }
        case 'text': {
          const textHash = hash('sha256', read.text, 'base64');
          const content =
            before?.textHash === textHash
              ? before.content
              : { path: file.path, documents: await this.#cache.read(read.text), problem: undefined };
          known.set(file.path, { stamp, file, inPlace, textHash, content });
        }
      }
    }
    this.#files = known;
    return changing;
  }

  /** Paths of files that were just written to in place, and may not be whole yet. */
  unsettled(): ReadonlySet<string> {
    const young = [...this.#files].filter(([, { inPlace, file }]) => inPlace && isYoung(file, SETTLE_MS));
    return new Set(young.map(([path]) => path));
  }

  /**
   * Forgets the files that are gone and returns what the others say: those listed, in their order, then those beneath a path that
   * could not be listed – they may be there, so what they said stays – and those that are `changing`: between the two steps of a
   * replacement a file is not there.
   */
  retain(listing: Listing, changing: (path: string) => boolean): FileContent[] {
    const files = new Map<string, KnownFile>();
    const keep = (path: string): void => {
      const known = this.#files.get(path);
      if (known !== undefined) files.set(path, known);
    };
    for (const { path } of listing.files) keep(path);
    for (const path of this.#files.keys()) if (changing(path)) keep(path);
    for (const { path: lost } of listing.problems) {
      for (const path of this.#files.keys()) if (isWithin(lost, path)) keep(path);
    }
    this.#files = files;
    return [...files.values()].map(({ content }) => content);
  }
}

/** Whether a file was written less than `ms` ago. A time in the future says nothing: it is another machine's clock. */
export function isYoung({ modifiedMs }: ListedFile, ms: number): boolean {
  const age = Date.now() - modifiedMs;
  return age >= 0 && age < ms;
}

function isWithin(directory: string, path: string): boolean {
  return (
    directory === '.' ||
    path === directory ||
    path.startsWith(directory.endsWith('/') ? directory : `${directory}/`)
  );
}
