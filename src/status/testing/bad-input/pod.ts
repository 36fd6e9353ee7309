import { pod, selector, xRef, type PodOptions } from '../../../routing/testing/x-backend.js';
import type { BadInput } from './bad-input.js';
import { httpRoute } from './http-route.js';

/** A Pod, the XBackend that selects it, and a route to that. */
const selected =
  (ip: string, options: PodOptions = {}): BadInput['yaml'] =>
  (name, host) =>
    pod(name, ip, name, options) +
    selector(name, name) +
    httpRoute(`  - { backendRefs: [${xRef(name)}] }`)(name, host);

/** The XBackend is in order, and nobody answers for it. */
const UNANSWERED = {
  says: ['XBackend Accepted True Accepted', 'HTTPRoute ResolvedRefs True ResolvedRefs'],
};

export const PODS: readonly BadInput[] = [
  { is: 'without an address', yaml: selected(''), expected: UNANSWERED },
  {
    is: 'that has ended',
    yaml: selected('127.0.0.1', { status: ', phase: Failed' }),
    expected: UNANSWERED,
  },
  {
    is: 'that is not ready',
    yaml: selected('127.0.0.1', { status: ', conditions: [{ type: Ready, status: "False" }]' }),
    expected: UNANSWERED,
  },
  {
    is: 'with other labels',
    yaml: selected('127.0.0.1', { labels: '{ app: other }' }),
    expected: UNANSWERED,
  },
  {
    is: 'whose address is none',
    yaml: selected('300.0.0.1'),
    expected: { refused: 'status.podIP' },
  },
  {
    is: 'with a port beyond all',
    yaml: selected('127.0.0.1', { ports: '[{ containerPort: 65536 }]' }),
    expected: { refused: 'containerPort' },
  },
  {
    is: 'with a label whose value is none',
    yaml: selected('127.0.0.1', { labels: '{ app: "a b" }' }),
    expected: { refused: 'metadata.labels' },
  },
];
