import { lbPolicy, trafficPolicy } from '../../../routing/testing/backend-traffic.js';
import { object, type BadInput } from './bad-input.js';
import { httpRoute } from './http-route.js';

type Policy = typeof trafficPolicy;

/** A policy with the Service that it targets and a route to that, which serves whatever the policy says. */
const policy =
  (write: Policy, fields: string) =>
  (name: string, host: string): string =>
    object('v1', 'Service', name, 'spec: { ports: [{ name: web, port: 80 }] }') +
    write(name, name, fields).replace(`name: ${name}, `, `name: ${name}, namespace: default`) +
    httpRoute(`  - { backendRefs: [{ name: ${name}, port: 80 }] }`)(name, host);

function inputs(kind: string, write: Policy, named: (header: string) => string): readonly BadInput[] {
  return [
    {
      is: 'that asks for sessions that cannot be had, and has no effect',
      yaml: policy(write, named('Host')),
      expected: {
        says: [`${kind} Accepted False UnsupportedValue`, 'HTTPRoute ResolvedRefs True ResolvedRefs'],
      },
    },
    {
      is: 'for a Service that is missing, which nobody sends to',
      yaml: (name) =>
        write(name, 'none', named('x-session')).replace(
          `name: ${name}, `,
          `name: ${name}, namespace: default`,
        ),
      expected: { says: [] },
    },
    {
      is: 'for a Service that is missing, which a route sends to',
      yaml: (name, host) =>
        policy(write, named('x-session'))(name, host).replace(
          'kind: Service\nmetadata: { name: ',
          'kind: Service\nmetadata: { name: x',
        ),
      expected: {
        says: [`${kind} Accepted False TargetNotFound`, 'HTTPRoute ResolvedRefs False BackendNotFound'],
        meets: '500',
      },
    },
    {
      is: 'for a Service that another one has first',
      yaml: (name, host) =>
        policy(write, named('x-session'))(name, host) +
        write(`a-${name}`, name, named('x-session')).replace(
          `name: a-${name}, `,
          `name: a-${name}, namespace: default`,
        ),
      expected: { says: [`${kind} Accepted False Conflicted`] },
    },
    {
      is: 'for nothing',
      yaml: (name) => write(name, 'none', named('a')).replace(/targetRefs: \[.*?\]/, 'targetRefs: []'),
      expected: { refused: 'spec.targetRefs' },
    },
    {
      is: 'with sessions by header that name no header',
      yaml: policy(write, 'sessionPersistence: { type: Header }'),
      expected: { refused: 'sessionPersistence' },
    },
  ];
}

const byHeader = (name: string): string => `sessionPersistence: { type: Header, header: { name: ${name} } }`;

export const BACKEND_TRAFFIC_POLICIES: readonly BadInput[] = [
  ...inputs('XBackendTrafficPolicy', trafficPolicy, byHeader),
  {
    is: 'with a budget of more than all',
    yaml: policy(trafficPolicy, 'retryConstraint: { budget: { percent: 101 } }'),
    expected: { refused: 'retryConstraint.budget.percent' },
  },
  {
    is: 'with a budget over more than an hour',
    yaml: policy(trafficPolicy, 'retryConstraint: { budget: { percent: 1, interval: 2h } }'),
    expected: { refused: 'retryConstraint.budget.interval' },
  },
  {
    is: 'with the largest rate of retries',
    yaml: policy(
      trafficPolicy,
      'retryConstraint: { budget: { percent: 100, interval: 1h }, minRetryRate: { count: 1000000, interval: 1s } }',
    ),
    expected: { says: ['XBackendTrafficPolicy Accepted True Accepted'] },
  },
];

export const BACKEND_LB_POLICIES: readonly BadInput[] = inputs('BackendLBPolicy', lbPolicy, byHeader);
