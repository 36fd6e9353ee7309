import type { BackendTlsPolicy } from '../resources/index.js';
import { ACCEPTED } from './model.js';
import type { TargetingPolicy } from './policy-model.js';
import { refusal } from './refusals.js';

/** A BackendTLSPolicy at an XBackend that it targets: none may. Source: GEP-4894. @param xBackend `namespace/name` */
export function misplaced(policy: BackendTlsPolicy, xBackend: string): TargetingPolicy<BackendTlsPolicy> {
  const index = policy.spec.targetRefs.findIndex(
    ({ kind, name }) => kind === 'XBackend' && xBackend.endsWith(`/${name}`),
  );
  const message = `XBackend ${xBackend} says itself how it is spoken to, in spec.tls; no policy may target it`;
  return {
    policy,
    accepted: refusal('Invalid', message, `spec.targetRefs[${index}]`),
    resolvedRefs: ACCEPTED,
  };
}
