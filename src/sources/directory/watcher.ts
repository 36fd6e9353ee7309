import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../telemetry/index.js';
import type { Listing } from './list-files.js';

interface Watched {
  readonly watcher: FSWatcher;
  readonly identity: string;
}

/**
 * Watches directories, never files: a file that is replaced by a rename, or reached through a swapped symbolic link, is another
 * file afterwards, and a watch on the old one would tell nothing. Says only that something happened at a path; what happened is
 * for whoever looks there.
 */
export class DirectoryWatcher {
  readonly #onEvent: (path: string) => void;
  readonly #logger: Logger;
  readonly #watched = new Map<string, Watched>();
  #names: Listing['names'] = new Map();
  #directories: Listing['directories'] = new Map();
  #failing = false;
  #closed = false;

  /** `onEvent` gets the path that changed, or the directory's own path when the system does not say which. */
  constructor(onEvent: (path: string) => void, logger: Logger) {
    this.#onEvent = onEvent;
    this.#logger = logger;
  }

  /** Watches exactly what the listing depends on. Returns whether a watch is new: what happened before it was not seen. */
  follow(listing: Listing): boolean {
    if (this.#closed) return false;
    this.#names = listing.names;
    this.#directories = listing.directories;
    for (const [path, { watcher, identity }] of this.#watched) {
      if (this.#wanted(path) === identity) continue;
      watcher.close();
      this.#watched.delete(path);
    }
    let added = false;
    for (const path of new Set([...listing.directories.keys(), ...listing.names.keys()])) {
      if (!this.#watched.has(path)) added = this.#watch(path) || added;
    }
    return added;
  }

  close(): void {
    this.#closed = true;
    for (const { watcher } of this.#watched.values()) watcher.close();
    this.#watched.clear();
  }

  /** A directory that was replaced by another of its name has another identity, and needs a new watch. */
  #wanted(path: string): string | undefined {
    return this.#directories.get(path) ?? (this.#names.has(path) ? '' : undefined);
  }

  #watch(path: string): boolean {
    try {
      const watcher = watch(path, (_event, filename) => this.#seen(path, filename));
      watcher.on('error', (error) => {
        // The directory went away, usually; the next listing says so, and watches it again if it is back.
        this.#logger.debug('watch ended', { path, error: error.message });
        watcher.close();
        this.#watched.delete(path);
        this.#onEvent(path);
      });
      this.#watched.set(path, { watcher, identity: this.#wanted(path) ?? '' });
      return true;
    } catch (error) {
      if (!this.#failing) {
        this.#logger.warn('directory not watched, changes are found by polling', {
          path,
          error: String(error),
        });
      }
      this.#failing = true;
      return false;
    }
  }

  #seen(directory: string, filename: string | null): void {
    if (filename === null) {
      this.#onEvent(directory);
      return;
    }
    // `..data` and its like: how the kubelet swaps the files of a mounted ConfigMap, whatever name led there.
    const relevant =
      this.#directories.has(directory) ||
      filename.startsWith('..') ||
      this.#names.get(directory)?.has(filename) === true;
    if (relevant) this.#onEvent(join(directory, filename));
  }
}
