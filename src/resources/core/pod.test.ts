import { describe, expect, it } from '@jest/globals';
import { sameForUs } from '../identity.js';
import { accepted, errorsOf, objectOf } from '../testing/faults.js';

const SPEC = 'spec: {containers: [{name: a, image: b}]}\n';

describe('a Pod', () => {
  it.each([
    ['is there by its spec alone', SPEC, undefined],
    [
      'may say where it is',
      `${SPEC}status: {podIP: 127.0.0.2, podIPs: [{ip: 127.0.0.2}, {ip: "::1"}]}`,
      undefined,
    ],
    ['may have no address yet', `${SPEC}status: {phase: Pending, podIP: ""}`, undefined],
    ['has a spec', '', 'spec.containers: is required'],
    ['has containers', 'spec: {containers: []}', 'spec.containers: is required'],
    ['names its containers', 'spec: {containers: [{image: b}]}', 'name: is required'],
    ['names them properly', 'spec: {containers: [{name: A, image: b}]}', 'spec.containers[0].name: '],
    ['names its images', 'spec: {containers: [{name: a}]}', 'spec.containers[0].image: is required'],
    [
      'has ports that exist',
      'spec: {containers: [{name: a, image: b, ports: [{containerPort: 70000}]}]}',
      'spec.containers[0].ports[0].containerPort: must be between 1 and 65535',
    ],
    [
      'speaks a known protocol',
      'spec: {containers: [{name: a, image: b, ports: [{containerPort: 80, protocol: X}]}]}',
      'spec.containers[0].ports[0].protocol: must be "TCP", "UDP" or "SCTP"',
    ],
    [
      'names its ports properly',
      'spec: {containers: [{name: a, image: b, ports: [{name: UPPER, containerPort: 80}]}]}',
      'spec.containers[0].ports[0].name: must be at most 15',
    ],
    [
      'has an address that is one',
      `${SPEC}status: {podIP: localhost}`,
      'status.podIP: "localhost" must be an IP',
    ],
    [
      'is not link-local',
      `${SPEC}status: {podIPs: [{ip: 169.254.169.254}]}`,
      'status.podIPs[0].ip: "169.254.169.254" may not be link-local',
    ],
    ['has conditions that are some', `${SPEC}status: {conditions: [{type: Ready}]}`, 'status: is required'],
    ['has only fields that there are', `${SPEC}status: {podIp: 10.0.0.1}`, 'did you mean "podIP"?'],
  ])('%s', (_title, body, error) => {
    const errors = errorsOf(objectOf('Pod', body));
    if (error === undefined) expect(errors).toEqual([]);
    else expect(errors).toEqual([expect.stringContaining(error)]);
  });

  it('keeps its status and its end, which say whether it can be reached', () => {
    const pod = accepted(`apiVersion: v1
kind: Pod
metadata: {name: a, uid: x, deletionTimestamp: "2026-01-01T00:00:00Z"}
${SPEC}status: {podIP: 10.0.0.1}`);
    expect(pod).toMatchObject({
      metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
      status: { podIP: '10.0.0.1' },
    });
    expect(pod.metadata).not.toHaveProperty('uid');
  });

  it('is another one with another status', () => {
    const at = (ip: string) => accepted(objectOf('Pod', `${SPEC}status: {podIP: ${ip}}`));
    expect(sameForUs(at('10.0.0.1'), at('10.0.0.1'))).toBe(true);
    expect(sameForUs(at('10.0.0.1'), at('10.0.0.2'))).toBe(false);
  });
});
