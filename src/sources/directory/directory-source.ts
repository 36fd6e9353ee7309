import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { WindlassError } from '../../errors/index.js';
import { silentLogger, type Logger } from '../../telemetry/index.js';
import { diffDiagnostics, type Diagnostic, type DiagnosticsDiff, type SourceChange } from '../events.js';
import { DocumentCache, type SourceStats } from './document-cache.js';
import { errnoOf } from './errno.js';
import { isManifest, listedFile, listFiles, type ListedFile, type Listing } from './list-files.js';
import { isYoung, KnownFiles, SETTLE_MS } from './known-files.js';
import { requirePaths } from './load-once.js';
import { PendingPaths } from './pending-paths.js';
import { unreadable } from './read-file.js';
import { resolve, type Running } from './resolve.js';
import { DirectoryWatcher } from './watcher.js';

export interface DirectorySourceOptions {
  /** Files and directories, read in this order. */
  readonly paths: readonly string[];
  /** Called once per change, first with everything that was there at the start (unless that is nothing). */
  readonly onChange: (change: SourceChange) => void;
  /** Called when faults appear or are fixed, with all that stand now and what is different. */
  readonly onDiagnostics: (current: readonly Diagnostic[], diff: DiagnosticsDiff) => void;
  readonly logger?: Logger;
  /** How long nothing must happen before a change is read: a save is several events. Milliseconds, default 20. */
  readonly quietMs?: number;
  /** How long a change waits at most while others keep coming. Milliseconds, default 200. */
  readonly maxDelayMs?: number;
  /** Between two looks at everything, for what no event told. Milliseconds, default 2000. */
  readonly pollMs?: number;
}

/** A poll takes at most this share of the time, however many files there are. */
const POLL_SHARE = 0.05;
const NOTHING: Listing = { files: [], directories: new Map(), names: new Map(), problems: [] };

/**
 * Follows files and directories live. Events of the file system say where to look; the stamps of files say what to read; the hashes
 * of documents say what to parse; `resolve` says what is in force. One read after another, each handed on as one change.
 *
 * Events alone are not enough – network and shared file systems send none for what others write, a full queue drops some, watches
 * are limited – so everything is also looked at (not read) every `pollMs`.
 */
export class DirectorySource {
  readonly #options: DirectorySourceOptions;
  readonly #logger: Logger;
  readonly #quietMs: number;
  readonly #pollMs: number;
  readonly #cache = new DocumentCache();
  readonly #files = new KnownFiles(this.#cache);
  readonly #watcher: DirectoryWatcher;
  readonly #pending: PendingPaths;
  #pollTimer: NodeJS.Timeout | undefined;
  #settleTimer: NodeJS.Timeout | undefined;
  #listing = NOTHING;
  #running: ReadonlyMap<string, Running> = new Map();
  #diagnostics: readonly Diagnostic[] = [];
  #objectsChanged = 0;
  #stopped = false;

  constructor(options: DirectorySourceOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#quietMs = options.quietMs ?? 20;
    this.#pollMs = options.pollMs ?? 2000;
    this.#pending = new PendingPaths({
      quietMs: this.#quietMs,
      maxDelayMs: options.maxDelayMs ?? 200,
      onDue: (paths) => this.#refresh(paths),
    });
    this.#watcher = new DirectoryWatcher((path) => this.#pending.add(path), this.#logger);
  }

  /**
   * Reads everything and begins to follow it. When the promise resolves, all that is there has been handed to the callbacks.
   * Faulty objects are not loaded but reported; whether that is a reason not to start is the caller's choice.
   * @throws WindlassError SOURCE_NOT_FOUND naming every path that does not exist
   */
  async start(): Promise<void> {
    try {
      await this.#pending.alone(async () => {
        requirePaths(await this.#list());
        await this.#read(this.#listing.files);
        this.#resolve();
      });
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#schedulePoll(0);
  }

  /** Ends following; no callback is called afterwards. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#pollTimer);
    clearTimeout(this.#settleTimer);
    this.#watcher.close();
    await this.#pending.close();
  }

  /** All faults that stand now. */
  diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }

  stats(): SourceStats {
    return {
      filesRead: this.#files.filesRead,
      documentsParsed: this.#cache.documentsParsed,
      objectsValidated: this.#cache.objectsValidated,
      objectsChanged: this.#objectsChanged,
    };
  }

  /** Lists again and watches what the list depends on. A watch that is new may have missed something: then once more. */
  async #list(): Promise<Listing> {
    let listing = await listFiles(this.#options.paths);
    if (this.#watcher.follow(listing)) {
      listing = await listFiles(this.#options.paths);
      this.#watcher.follow(listing);
    }
    return (this.#listing = listing);
  }

  async #refresh(paths: ReadonlyMap<string, 'settled' | 'overdue'>): Promise<void> {
    try {
      const touched: ListedFile[] = [];
      let list = false;
      for (const path of paths.keys()) {
        const found = await this.#examine(path);
        if (found === 'list') list = true;
        else if (found !== 'nothing') touched.push(found);
      }
      const changed = (list ? (await this.#list()).files : touched).filter(
        (file) => !this.#files.isCurrent(file),
      );
      // Still being written: wait for it, unless it has been for too long.
      const young = new Set(
        changed.filter((file) => isYoung(file, this.#quietMs) && paths.get(file.path) !== 'overdue'),
      );
      for (const { path } of young) this.#pending.add(path);
      await this.#read(changed.filter((file) => !young.has(file)));
      this.#resolve();
    } catch (error) {
      this.#logger.error('directory refresh failed', { error: WindlassError.from(error).message });
    }
  }

  /** What an event at `path` calls for: one known file looked at again, everything listed again, or nothing. */
  async #examine(path: string): Promise<ListedFile | 'list' | 'nothing'> {
    const known = this.#files.has(path);
    if (this.#listing.directories.has(path)) return 'list';
    try {
      const found = await lstat(path, { bigint: true });
      if (!found.isFile()) return 'list';
      if (known) return listedFile(path, found);
      return isManifest(basename(path)) || this.#isNamed(path) ? 'list' : 'nothing';
    } catch (error) {
      // A temporary file of an editor came and went; anything that was known, or cannot be looked at, is for the listing.
      return errnoOf(error) === 'ENOENT' && !known && !this.#isNamed(path) ? 'nothing' : 'list';
    }
  }

  #isNamed(path: string): boolean {
    const name = basename(path);
    return name.startsWith('..') || [...this.#listing.names.values()].some((names) => names.has(name));
  }

  async #read(files: readonly ListedFile[]): Promise<void> {
    for (const path of await this.#files.read(files)) this.#pending.add(path);
  }

  /** Puts in force what is known, and hands on what is different. */
  #resolve(): void {
    if (this.#stopped) return;
    const contents = this.#files.retain(this.#listing, (path) => this.#pending.has(path));
    const unsettled = this.#files.unsettled();
    const { running, change, diagnostics, held } = resolve(contents, this.#running, unsettled);
    clearTimeout(this.#settleTimer);
    if (held.length > 0) {
      this.#settleTimer = setTimeout(() => held.forEach((path) => this.#pending.add(path)), SETTLE_MS);
    }
    this.#running = running;
    this.#cache.retain(contents.flatMap((content) => content.documents));
    const current = [
      ...this.#listing.problems.map(({ path, message }) => unreadable(path, message)),
      ...diagnostics,
    ];
    const diff = diffDiagnostics(this.#diagnostics, current);
    this.#diagnostics = current;
    this.#objectsChanged += change.upserts.length + change.deletes.length;
    if (diff.added.length > 0 || diff.fixed.length > 0) this.#options.onDiagnostics(current, diff);
    if (change.upserts.length > 0 || change.deletes.length > 0) this.#options.onChange(change);
  }

  #schedulePoll(lastTookMs: number): void {
    if (this.#stopped) return;
    this.#pollTimer = setTimeout(() => void this.#poll(), Math.max(this.#pollMs, lastTookMs / POLL_SHARE));
  }

  /** Only looks; what is different is then read as after an event, once it is quiet. */
  async #poll(): Promise<void> {
    const start = performance.now();
    const { files, directories, problems } = await listFiles(this.#options.paths);
    if (this.#stopped) return;
    const different =
      files.length !== this.#listing.files.length ||
      directories.size !== this.#listing.directories.size ||
      problems.length !== this.#listing.problems.length ||
      [...directories].some(([path, identity]) => this.#listing.directories.get(path) !== identity) ||
      files.some((file) => !this.#files.isCurrent(file));
    // A directory that is listed stands for everything: an event at it lists again.
    if (different) {
      this.#pending.add(this.#listing.directories.keys().next().value ?? this.#options.paths[0] ?? '.');
    }
    this.#schedulePoll(performance.now() - start);
  }
}
