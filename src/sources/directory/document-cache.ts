import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { readDocument, type ParsedDocument } from './document.js';
import { splitDocuments } from './split.js';
import { splitList } from './split-list.js';

/** A parsed document at its place in a file; `firstLine` counts from 1. */
export interface PlacedDocument {
  readonly firstLine: number;
  readonly parsed: ParsedDocument;
}

/** What a source has done since it started: shows that what did not change cost nothing. */
export interface SourceStats {
  readonly filesRead: number;
  readonly documentsParsed: number;
  readonly objectsValidated: number;
  /** Upserts and deletes that were handed on. */
  readonly objectsChanged: number;
}

/** Longest stretch of parsing before other work gets its turn. */
const SLICE_MS = 10;

/**
 * Remembers what each document says by the hash of its text, across files and places: only a text not seen before is parsed and
 * validated. Holds what `retain` last named, and what was read since.
 */
export class DocumentCache {
  documentsParsed = 0;
  objectsValidated = 0;
  #byHash = new Map<string, ParsedDocument>();
  #hashes = new WeakMap<ParsedDocument, string>();
  #sliceStart = performance.now();

  async read(stream: string): Promise<PlacedDocument[]> {
    const documents: PlacedDocument[] = [];
    for (const { text, firstLine } of splitDocuments(stream).flatMap(
      (document) => splitList(document) ?? [document],
    )) {
      const key = hash('sha256', text, 'base64');
      let parsed = this.#byHash.get(key);
      if (parsed === undefined) {
        await this.#yield();
        parsed = readDocument(text);
        this.documentsParsed += 1;
        this.objectsValidated += parsed.validated;
        this.#byHash.set(key, parsed);
        this.#hashes.set(parsed, key);
      }
      documents.push({ firstLine, parsed });
    }
    return documents;
  }

  /** Forgets every document that is not in `used`, once the forgettable ones outnumber it. */
  retain(used: readonly PlacedDocument[]): void {
    if (this.#byHash.size <= 2 * used.length + 100) return;
    this.#byHash = new Map(used.map(({ parsed }) => [this.#hashes.get(parsed) ?? '', parsed]));
  }

  async #yield(): Promise<void> {
    if (performance.now() - this.#sliceStart < SLICE_MS) return;
    await setImmediate();
    this.#sliceStart = performance.now();
  }
}
