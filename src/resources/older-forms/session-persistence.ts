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
    const older = olderFields(persistence, ['spec', 'rules', index, 'sessionPersistence']);
    if (older.length === 0) return rule;
    faults.push(...older);
    return { ...rule, sessionPersistence: rewrite(persistence) };
  });
  return faults.length === 0
    ? { body, faults }
    : { body: { ...body, spec: { ...spec, rules: current } }, faults };
}

/** The same for `spec.sessionPersistence` of a policy. */
export function currentPolicySession(body: JsonObject): Rewritten {
  const spec = field(body, 'spec');
  const persistence = isJsonObject(spec) ? field(spec, 'sessionPersistence') : undefined;
  if (!isJsonObject(spec) || !isJsonObject(persistence)) return { body, faults: [] };
  const faults = olderFields(persistence, ['spec', 'sessionPersistence']);
  if (faults.length === 0) return { body, faults };
  return { body: { ...body, spec: { ...spec, sessionPersistence: rewrite(persistence) } }, faults };
}

/** BackendLBPolicy as a whole is one; without `sessionName` and `cookieConfig` it means a cookie all the same. */
export function currentBackendLbPolicy(body: JsonObject): Rewritten {
  const { body: current, faults } = currentPolicySession(body);
  const successor = 'XBackendTrafficPolicy of gateway.networking.x-k8s.io/v1alpha1';
  const warnings = [olderForm(['kind'], `BackendLBPolicy is an older form of ${successor}`), ...faults];
  const spec = field(current, 'spec');
  const persistence = isJsonObject(spec) ? field(spec, 'sessionPersistence') : undefined;
  if (!isJsonObject(spec) || !isJsonObject(persistence)) return { body: current, faults: warnings };
  return {
    body: { ...current, spec: { ...spec, sessionPersistence: rewrite(persistence) } },
    faults: warnings,
  };
}

function olderFields(persistence: JsonObject, path: readonly PathStep[]): Fault[] {
  return OLDER_FIELDS.filter((name) => Object.hasOwn(persistence, name)).map((name) =>
    warning(name, [...path, name]),
  );
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
