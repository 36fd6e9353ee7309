import { describe, expect, it } from '@jest/globals';
import { summaryOf } from './summary.js';

const condition = (type: string, status: 'True' | 'False', reason: string) => ({
  type,
  status,
  reason,
  message: 'why',
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

const ref = { group: 'gateway.networking.k8s.io', kind: 'ListenerSet', namespace: 'team', name: 's' };
const lines = (accepted: 'True' | 'False', reason: string, conflicted = false) =>
  summaryOf({
    kind: 'ListenerSet',
    ref,
    status: {
      conditions: [condition('Accepted', accepted, reason), condition('Programmed', accepted, reason)],
      listeners: conflicted
        ? [
            {
              name: 'web',
              supportedKinds: [],
              attachedRoutes: 0,
              conditions: [condition('Accepted', 'False', 'HostnameConflict')],
            },
          ]
        : [],
    },
  }).map(({ object, state, text }) => `${object} ${state} ${text}`);

describe('the summary of a ListenerSet', () => {
  it('says nothing while all is well', () => {
    expect(lines('True', 'Accepted')).toEqual([]);
  });

  it('says why it is refused, and which of its listeners is', () => {
    expect(lines('False', 'NotAllowed')).toEqual(['ListenerSet team/s bad NotAllowed: why']);
    expect(lines('True', 'ListenersNotValid', true)).toEqual([
      'ListenerSet team/s listener web bad HostnameConflict: why',
    ]);
  });
});
