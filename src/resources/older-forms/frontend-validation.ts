// Validation of client certificates as it was in v1.1: GEP-91, `listeners[].tls.frontendValidation`.
import { isDeepStrictEqual } from 'node:util';
import type { Fault } from '../fault.js';
import { field, isJsonObject, isList, type JsonObject } from '../schema/json.js';
import { olderForm, type Rewritten } from './form.js';

const CURRENT = 'spec.tls.frontend.perPort[].tls.validation';

/**
 * Moves each listener's `tls.frontendValidation` to `spec.tls.frontend.perPort` of its port, unless that port is already there.
 * It is never dropped: that would let clients in without a certificate. Listeners of one port that disagree are an error.
 */
export function currentFrontendValidation(body: JsonObject): Rewritten {
  const spec = field(body, 'spec');
  const listeners = isJsonObject(spec) ? field(spec, 'listeners') : undefined;
  if (!isJsonObject(spec) || !isList(listeners)) return { body, faults: [] };
  const faults: Fault[] = [];
  const moved = new Map<unknown, JsonObject>();
  const current = listeners.map((listener, index) => {
    const found = validationOf(listener);
    if (found === undefined) return listener;
    const path = ['spec', 'listeners', index, 'tls', 'frontendValidation'];
    const other = moved.get(found.port);
    if (other === undefined) moved.set(found.port, found.validation);
    else if (!isDeepStrictEqual(other, found.validation)) {
      faults.push(
        olderForm(
          path,
          'differs from that of another listener on this port; it now holds for a port',
          'error',
        ),
      );
    }
    faults.push(olderForm(path, `is an older form of ${CURRENT}`));
    return found.listener;
  });
  if (moved.size === 0) return { body, faults };
  return {
    body: { ...body, spec: { ...spec, listeners: current, tls: withPorts(field(spec, 'tls'), moved) } },
    faults,
  };
}

function validationOf(
  listener: unknown,
): { readonly port: unknown; readonly validation: JsonObject; readonly listener: JsonObject } | undefined {
  const tls = isJsonObject(listener) ? field(listener, 'tls') : undefined;
  if (!isJsonObject(listener) || !isJsonObject(tls)) return undefined;
  const { frontendValidation: validation, ...rest } = tls;
  if (!isJsonObject(validation)) return undefined;
  return { port: field(listener, 'port'), validation, listener: { ...listener, tls: rest } };
}

function withPorts(tls: unknown, moved: ReadonlyMap<unknown, JsonObject>): JsonObject {
  const before = isJsonObject(tls) ? tls : {};
  const written = field(before, 'frontend');
  const frontend = isJsonObject(written) ? written : {};
  const writtenPorts = field(frontend, 'perPort');
  const perPort = isList(writtenPorts) ? writtenPorts : [];
  const taken = new Set(perPort.map((entry) => (isJsonObject(entry) ? field(entry, 'port') : undefined)));
  const added = [...moved]
    .filter(([port]) => !taken.has(port))
    .map(([port, validation]) => ({ port, tls: { validation } }));
  return { ...before, frontend: { default: {}, ...frontend, perPort: [...perPort, ...added] } };
}
