import {
  displayPath,
  displayRef,
  ingest,
  type Fault,
  type KnownObject,
  type ObjectRef,
  type PathStep,
} from '../../resources/index.js';
import { WindlassError } from '../../errors/index.js';
import type { Diagnostic } from '../events.js';
import { expandList } from './list.js';
import { locate } from './locate.js';
import { parseYaml, type ParsedYaml } from './parse-yaml.js';

/** A place inside a document: `line` counts from 0 at the document's first line, `column` from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A diagnostic before it is known which file its document is in, and where: it stays true when the document moves. */
type DocumentFault = Omit<Diagnostic, 'file' | 'line'> & Place;

/** One object that a document writes down. */
export interface Entry {
  readonly ref: ObjectRef;
  /** `ref` as a map key. */
  readonly key: string;
  /** Undefined if a fault of the object is an error, or its kind is not read. */
  readonly object: KnownObject | undefined;
  readonly faulty: boolean;
  /** Where the object is named. */
  readonly place: Place;
}

/** What one document text says. It depends on the text alone, so that it is remembered by the text's hash. */
export interface ParsedDocument {
  readonly entries: readonly Entry[];
  readonly faults: readonly DocumentFault[];
  /** Objects that were validated. */
  readonly validated: number;
  /** False if the text may write down objects that `entries` does not name. */
  readonly identifiable: boolean;
}

/** Parses and validates one document; a `List` yields one entry per item. Never throws for what the text says. */
export function readDocument(text: string): ParsedDocument {
  try {
    return readParsed(parseYaml(text));
  } catch (error) {
    // A text nested thousands of levels deep exhausts the parser's stack: that is a fault of the text, not of the process.
    if (!(error instanceof RangeError)) throw WindlassError.from(error);
    const fault = {
      object: '',
      path: '',
      message: 'nested too deeply',
      rule: 'syntax',
      severity: 'error',
    } as const;
    return { entries: [], faults: [{ ...fault, line: 0, column: 1 }], validated: 0, identifiable: false };
  }
}

function readParsed(yaml: ParsedYaml): ParsedDocument {
  const entries: Entry[] = [];
  const faults: DocumentFault[] = [];
  let validated = 0;
  let identifiable = true;
  for (const { path, raw } of yaml.value === undefined ? [] : expandList(yaml.value)) {
    const result = ingest(raw);
    validated += 1;
    const faulty = result.faults.some((fault) => fault.severity === 'error');
    const object = result.ref === undefined ? '' : displayRef(result.ref);
    for (const fault of result.faults) faults.push(placeFault(yaml, path, object, fault));
    if (result.ref === undefined) identifiable = identifiable && !faulty;
    else entries.push(entryOf(yaml, path, result.ref, result.object, faulty));
  }
  const sole = entries.length === 1 && entries[0] !== undefined ? displayRef(entries[0].ref) : '';
  for (const { offset, message, rule, severity } of yaml.faults) {
    if (severity === 'error') identifiable = false;
    faults.push({ object: sole, path: '', message, rule, severity, ...placeOf(yaml, offset) });
  }
  faults.sort((a, b) => a.line - b.line || a.column - b.column);
  return { entries: identifiable ? entries : entries.map(refuse), faults, validated, identifiable };
}

/** With a fault of the text (a key written twice, say) nothing it says is certain enough to run. */
function refuse(entry: Entry): Entry {
  return { ...entry, object: undefined, faulty: true };
}

function entryOf(
  yaml: ParsedYaml,
  path: readonly PathStep[],
  ref: ObjectRef,
  object: KnownObject | undefined,
  faulty: boolean,
): Entry {
  const place = placeOf(yaml, locate(yaml.document, [...path, 'metadata', 'name'], 'value'));
  return { ref, key: keyOf(ref), object, faulty, place };
}

/** The key of an object among all objects; no part of a reference can contain a blank. */
function keyOf(ref: ObjectRef): string {
  return `${ref.group} ${ref.kind} ${ref.namespace} ${ref.name}`;
}

function placeFault(
  yaml: ParsedYaml,
  path: readonly PathStep[],
  object: string,
  fault: Fault,
): DocumentFault {
  return {
    object,
    path: displayPath(fault.path),
    message: fault.message,
    rule: fault.rule,
    severity: fault.severity,
    ...placeOf(yaml, locate(yaml.document, [...path, ...fault.path], fault.target)),
  };
}

function placeOf(yaml: ParsedYaml, offset: number): Place {
  const { line, col } = yaml.lines.linePos(offset);
  return { line: Math.max(0, line - 1), column: Math.max(1, col) };
}
