/** One step into an object: a field name, or the index of a list entry. */
export type PathStep = string | number;

/** Stable names of what a fault violates; shown as-is in JSON output. */
export type FaultRule =
  // structure
  | 'type'
  | 'required'
  | 'unknownField'
  | 'enum'
  | 'pattern'
  | 'format'
  | 'range'
  | 'length'
  | 'items'
  | 'properties'
  | 'oneOf'
  | 'duplicate'
  // rules a schema carries in CEL, and those Kubernetes writes by hand
  | 'cel'
  | 'metadata'
  | 'invalid'
  // which object it is at all
  | 'notAnObject'
  | 'unknownKind'
  | 'unsupportedVersion'
  | 'notServed'
  | 'olderForm';

/** One thing that is wrong with one object, and where. */
export interface Fault {
  /** From the object's root; `[]` is the object itself. It may name an absent field: then the nearest that is there is meant. */
  readonly path: readonly PathStep[];
  /** A sentence for the person who wrote the object, without its path. */
  readonly message: string;
  readonly rule: FaultRule;
  readonly severity: 'error' | 'warning';
  /** Which side of the YAML pair at `path` a position should point at. */
  readonly target: 'key' | 'value';
}

const PLAIN_FIELD = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** `spec.rules[0].matches[1].path`, the way the API server prints a path; `metadata.labels["a.b/c"]` where a key needs it. */
export function displayPath(path: readonly PathStep[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!PLAIN_FIELD.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
