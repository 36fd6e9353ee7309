import type { Changes } from './edits.js';
import { SECURABLE } from './world.js';

/** Of what allows and forbids. */
export const POLICY_CHANGES = {
  'ask for TLS, or another CA': [
    2,
    (world, { random }) => {
      const service = random.pick(SECURABLE);
      const ca = random.chance(0.8) ? 'ca-right' : 'ca-wrong';
      if (service === undefined || world.policies[service] === ca) return undefined;
      return { ...world, policies: { ...world.policies, [service]: ca } };
    },
  ],
  'give up TLS': [
    1,
    (world, { random }) => {
      const service = random.pick(SECURABLE);
      if (service === undefined || world.policies[service] === undefined) return undefined;
      return { ...world, policies: { ...world.policies, [service]: undefined } };
    },
  ],
  'limit the retries of another Service, or of none': [
    1,
    (world, { random }) => {
      const budget = random.pick([undefined, ...SECURABLE]);
      return world.budget === budget ? undefined : { ...world, budget };
    },
  ],
  'toggle tracing': [1, (world) => ({ ...world, tracing: !world.tracing })],
  'toggle a grant': [1, (world) => ({ ...world, granted: !world.granted })],
  'toggle the label of a namespace': [1, (world) => ({ ...world, labelled: !world.labelled })],
} as const satisfies Changes;
