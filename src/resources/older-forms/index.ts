// Forms of Gateway API v1.1 that manifests in the field still use, made current with a warning each (docs/decisions/0003-validation.md).
import type { JsonObject } from '../schema/json.js';
import { olderForm, type Rewritten } from './form.js';
import { currentFrontendValidation } from './frontend-validation.js';
import {
  currentBackendLbPolicy,
  currentPolicySession,
  currentSessionPersistence,
} from './session-persistence.js';

const GATEWAY_API = 'gateway.networking.k8s.io';
const EXPERIMENTAL = 'gateway.networking.x-k8s.io';

/** Rewrites by kind of Gateway API's own groups. */
const REWRITES: Readonly<Record<string, (body: JsonObject) => Rewritten>> = {
  Gateway: currentFrontendValidation,
  HTTPRoute: currentSessionPersistence,
  GRPCRoute: currentSessionPersistence,
  XBackendTrafficPolicy: currentPolicySession,
  BackendLBPolicy: currentBackendLbPolicy,
};

/** The object as it would be written today. The body that is passed in is not changed. */
export function currentForm(group: string, kind: string, version: string, body: JsonObject): Rewritten {
  if (group !== GATEWAY_API && group !== EXPERIMENTAL) return { body, faults: [] };
  if (kind === 'BackendTLSPolicy' && version !== 'v1') {
    return { body, faults: [olderForm(['apiVersion'], `${version} is an older form of ${GATEWAY_API}/v1`)] };
  }
  return REWRITES[kind]?.(body) ?? { body, faults: [] };
}
