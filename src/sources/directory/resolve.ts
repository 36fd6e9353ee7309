import { isDeepStrictEqual } from 'node:util';
import { displayRef, sameForUs, type KnownObject, type ObjectRef } from '../../resources/index.js';
import type { Diagnostic, SourceChange } from '../events.js';
import type { Entry, Place } from './document.js';
import type { PlacedDocument } from './document-cache.js';

/** What one file says now. */
export interface FileContent {
  readonly path: string;
  readonly documents: readonly PlacedDocument[];
  /** Set if the file could not be read: what it said before stays in force. */
  readonly problem: Diagnostic | undefined;
}

/** An object in force. */
export interface Running {
  readonly ref: ObjectRef;
  /** With its generation. */
  readonly object: KnownObject;
  /** As its document says it: the same identity for as long as the document's text is the same. */
  readonly written: KnownObject;
  readonly file: string;
}

export interface Resolved {
  readonly running: ReadonlyMap<string, Running>;
  readonly change: SourceChange;
  readonly diagnostics: readonly Diagnostic[];
  /** Of the unsettled files those that are held up: to be resolved again once they are settled. */
  readonly held: readonly string[];
}

interface Candidate {
  readonly entry: Entry;
  readonly file: FileContent;
  readonly firstLine: number;
}

/**
 * Decides what is in force, given what is written and what was in force before.
 *
 * - An object with an error keeps its last good state; one that never had a good state is not loaded.
 * - A file whose text cannot be told apart into objects (a syntax error), or that cannot be read, changes nothing that came from it,
 *   as long as an object in force is missing from what the files do name: it may be the unreadable part. So is a file that is `unsettled`: it may
 *   be the part that is not written yet (`kubectl get … > file` empties the file first).
 * - An object written twice is an error at the second place. The one in force stays; at the start the first one wins.
 * - An object that is no longer written is deleted.
 */
export function resolve(
  files: readonly FileContent[],
  before: ReadonlyMap<string, Running>,
  unsettled: ReadonlySet<string> = new Set(),
): Resolved {
  const diagnostics: Diagnostic[] = [];
  const candidates = collect(files, diagnostics);
  const frozen = frozenFiles(files, before, candidates, unsettled);
  const running = new Map<string, Running>();
  const upserts: KnownObject[] = [];
  const deletes: ObjectRef[] = [];

  for (const [key, [first, ...others]] of candidates) {
    const previous = before.get(key);
    const chosen = others.length === 0 ? first : inForce([first, ...others], previous);
    for (const other of [first, ...others]) if (other !== chosen) diagnostics.push(duplicate(other, chosen));
    const next = frozen.has(chosen.file.path) ? previous : succeed(chosen, previous);
    if (next === undefined) continue;
    running.set(key, next);
    if (next.object !== previous?.object) upserts.push(next.object);
  }
  for (const [key, previous] of before) {
    if (candidates.has(key)) continue;
    if (frozen.has(previous.file)) running.set(key, previous);
    else deletes.push(previous.ref);
  }
  const held = [...frozen].filter((path) => unsettled.has(path));
  return { running, change: { upserts, deletes }, diagnostics: sorted(diagnostics, files), held };
}

/** All that is written, by object, in the order of files and lines; the faults found on the way go to `diagnostics`. */
function collect(
  files: readonly FileContent[],
  diagnostics: Diagnostic[],
): Map<string, [Candidate, ...Candidate[]]> {
  const candidates = new Map<string, [Candidate, ...Candidate[]]>();
  for (const file of files) {
    if (file.problem !== undefined) diagnostics.push(file.problem);
    for (const { firstLine, parsed } of file.documents) {
      for (const fault of parsed.faults) {
        diagnostics.push({ ...fault, file: file.path, line: firstLine + fault.line });
      }
      for (const entry of parsed.entries) {
        // A kind that is not read takes no part: it has a warning, and nothing of it can be in force.
        if (entry.object === undefined && !entry.faulty) continue;
        const candidate = { entry, file, firstLine };
        const sameObject = candidates.get(entry.key);
        if (sameObject === undefined) candidates.set(entry.key, [candidate]);
        else sameObject.push(candidate);
      }
    }
  }
  return candidates;
}

function frozenFiles(
  files: readonly FileContent[],
  before: ReadonlyMap<string, Running>,
  candidates: ReadonlyMap<string, unknown>,
  unsettled: ReadonlySet<string>,
): ReadonlySet<string> {
  const unclear = new Set(
    files
      .filter(
        ({ path, problem, documents }) =>
          problem !== undefined ||
          unsettled.has(path) ||
          documents.some(({ parsed }) => !parsed.identifiable),
      )
      .map((file) => file.path),
  );
  const frozen = new Set<string>();
  if (unclear.size === 0) return frozen;
  for (const [key, { file }] of before) {
    if (unclear.has(file) && !candidates.has(key)) frozen.add(file);
  }
  return frozen;
}

/** Which of several places that write the same object counts: the text in force, then the file in force, then the first. */
function inForce(places: readonly [Candidate, ...Candidate[]], previous: Running | undefined): Candidate {
  if (previous === undefined) return places[0];
  return (
    places.find(({ entry }) => entry.object === previous.written) ??
    places.find(({ file }) => file.path === previous.file) ??
    places[0]
  );
}

function succeed({ entry, file }: Candidate, previous: Running | undefined): Running | undefined {
  const written = entry.object;
  if (written === undefined) return previous;
  if (previous === undefined)
    return { ref: entry.ref, object: withGeneration(written, 1), written, file: file.path };
  if (previous.written === written) {
    return previous.file === file.path ? previous : { ...previous, file: file.path };
  }
  const generation =
    (previous.object.metadata.generation ?? 1) + (sameSpec(previous.written, written) ? 0 : 1);
  const next = withGeneration(written, generation);
  const object = sameForUs(previous.object, next) ? previous.object : next;
  return { ref: entry.ref, object, written, file: file.path };
}

function withGeneration<T extends KnownObject>(object: T, generation: number): T {
  return { ...object, metadata: { ...object.metadata, generation } };
}

/** Equal outside metadata and status: what an API server's generation counts. */
function sameSpec(a: KnownObject, b: KnownObject): boolean {
  const counted = (object: KnownObject): object => ({
    ...object,
    apiVersion: '',
    metadata: undefined,
    status: undefined,
  });
  return isDeepStrictEqual(counted(a), counted(b));
}

function duplicate(second: Candidate, first: Candidate): Diagnostic {
  const at = placeOf(first, first.entry.place);
  return {
    ...placeOf(second, second.entry.place),
    object: displayRef(second.entry.ref),
    path: 'metadata.name',
    message: `the same object is already written at ${at.file}:${at.line}:${at.column}`,
    rule: 'duplicateObject',
    severity: 'error',
  };
}

function placeOf(
  candidate: Candidate,
  place: Place,
): { readonly file: string; readonly line: number; readonly column: number } {
  return { file: candidate.file.path, line: candidate.firstLine + place.line, column: place.column };
}

/** By file in the files' order, then by place. */
function sorted(diagnostics: readonly Diagnostic[], files: readonly FileContent[]): Diagnostic[] {
  if (diagnostics.length < 2) return [...diagnostics];
  const order = new Map(files.map((file, index) => [file.path, index]));
  const rank = (diagnostic: Diagnostic): number => order.get(diagnostic.file) ?? files.length;
  return diagnostics.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}
