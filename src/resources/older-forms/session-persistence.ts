// Session persistence as it was until v1.6: GEP-1619, `sessionName`, `cookieConfig`, `idleTimeout`.
import type { Fault, PathStep } from '../fault.js';
import { field, isJsonObject, isList, type JsonObject } from '../schema/json.js';
import { olderForm, type Rewritten } from './form.js';

const OLDER_FIELDS = ['sessionName', 'cookieConfig', 'idleTimeout'];

/** Rewrites `spec.rules[].sessionPersistence` of a route to `cookie` or `header`; `idleTimeout` has no current form and is dropped. */
export function currentSessionPersistence(body: JsonObject): Rewritten {
  const spec = field(body, 'spec');
  const rules = isJsonObject(spec) ? field(spec, 'rules') : undefined;
  if (!isJsonObject(spec) || !isList(rules)) return { body, faults: [] };
  const faults: Fault[] = [];
  const current = rules.map((rule, index) => {
    const persistence = isJsonObject(rule) ? field(rule, 'sessionPersistence') : undefined;
    if (!isJsonObject(rule) || !isJsonObject(persistence)) return rule;
    const older = OLDER_FIELDS.filter((name) => Object.hasOwn(persistence, name));
    if (older.length === 0) return rule;
    faults.push(...older.map((name) => warning(name, ['spec', 'rules', index, 'sessionPersistence', name])));
    return { ...rule, sessionPersistence: rewrite(persistence) };
  });
  return faults.length === 0
    ? { body, faults }
    : { body: { ...body, spec: { ...spec, rules: current } }, faults };
}

function warning(name: string, path: readonly PathStep[]): Fault {
  const current: Readonly<Record<string, string>> = {
    sessionName: 'is an older form of cookie.name or header.name',
    cookieConfig: 'is an older form of cookie',
    idleTimeout: 'is gone from the API and has no effect; absoluteTimeout remains',
  };
  return olderForm(path, current[name] ?? 'is an older form');
}

function rewrite(persistence: JsonObject): JsonObject {
  const { sessionName, cookieConfig, idleTimeout: _gone, ...rest } = persistence;
  const name = sessionName === undefined ? {} : { name: sessionName };
  if (field(rest, 'type') === 'Header')
    return { ...rest, header: { ...name, ...asObject(field(rest, 'header')) } };
  return { ...rest, cookie: { ...name, ...asObject(cookieConfig), ...asObject(field(rest, 'cookie')) } };
}

function asObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
