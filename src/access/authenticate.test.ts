import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  failing,
  scriptedServer,
  type ScriptedServer,
  type Step,
} from '../kubernetes/testing/scripted-server.js';
import type { ServiceAccountIssuer } from '../kubernetes/index.js';
import { createMetrics, silentLogger } from '../telemetry/index.js';
import type { Admission } from '../xds/index.js';
import { createAuthenticate } from './authenticate.js';
import { ISSUER, madeToken, NOW } from './testing/tokens.js';

const MINUTE_MS = 60_000;

let server: ScriptedServer | undefined;
afterEach(async () => await server?.close());

const says =
  (answer: object): Step =>
  (response) =>
    response.end(JSON.stringify({ status: answer }));
const accepted = (username = 'system:serviceaccount:shop:edge'): Step =>
  says({ authenticated: true, user: { username }, audiences: ['windlass-xds'] });
const refused = says({ authenticated: false, error: 'serviceaccounts "edge" not found' });

interface Desk {
  readonly clock: { ms: number };
  readonly authenticate: (token: string) => Promise<Admission>;
  readonly logged: string[];
  /** How often the API server was asked. */
  readonly asked: () => number;
  readonly unknownKeys: () => number;
}

async function desk(
  steps: readonly Step[],
  issuer: ServiceAccountIssuer | undefined = ISSUER,
): Promise<Desk> {
  const opened = await scriptedServer(...steps);
  server = opened;
  const clock = { ms: NOW };
  const logged: string[] = [];
  const log = (event: string, fields: object = {}): void =>
    void logged.push(`${event} ${JSON.stringify(fields)}`);
  let unknown = 0;
  const authenticate = createAuthenticate({
    client: opened.client,
    audience: 'windlass-xds',
    issuer: () => issuer,
    onUnknownKey: () => (unknown += 1),
    fleetOf: (namespace, serviceAccount) =>
      `${namespace}/${serviceAccount}` === 'shop/edge' ? 'shop/gw' : undefined,
    logger: { ...silentLogger, error: log, warn: log },
    metrics: createMetrics(),
    now: () => clock.ms,
  });
  return {
    clock,
    authenticate: async (token) => await authenticate(token),
    logged,
    asked: () => opened.asked.length,
    unknownKeys: () => unknown,
  };
}

const reason = (admission: Admission): string =>
  admission.kind === 'admitted' ? `admitted to ${admission.fleet}` : admission.reason;

describe('the bearer of a token', () => {
  it('that the API server accepts belongs to the fleet of its ServiceAccount until the token ends', async () => {
    const { authenticate } = await desk([accepted()]);
    expect(await authenticate(madeToken())).toEqual({
      kind: 'admitted',
      fleet: 'shop/gw',
      who: 'shop/edge-7',
      until: NOW + 60 * MINUTE_MS,
    });
  });

  it.each([
    ['malformed', 'made-up'],
    ['wrong_audience', madeToken({ aud: ['https://kubernetes.default.svc'] })],
    ['expired', madeToken({ exp: NOW / 1000 })],
    ['forged', madeToken({}, { alg: 'ES256', kid: 'rsa' })],
  ])('that is %s is refused without asking anybody', async (why, token) => {
    const { authenticate, asked } = await desk([]);
    const admission = await authenticate(token);
    expect(admission).toMatchObject({ kind: 'refused', reason: why, code: status.UNAUTHENTICATED });
    expect(JSON.stringify(admission)).not.toContain(token);
    expect(asked()).toBe(0);
  });

  it('is told in the words of the API server what that has against it', async () => {
    const { authenticate } = await desk([refused]);
    expect(await authenticate(madeToken())).toMatchObject({
      reason: 'not_accepted',
      details: 'the API server does not accept the token: serviceaccounts "edge" not found',
    });
  });

  it('gets nothing when the answer is of somebody else, or for nobody in particular', async () => {
    const { authenticate } = await desk([
      accepted('system:admin'),
      says({ authenticated: true, user: { username: 'system:serviceaccount:shop:edge' } }),
    ]);
    expect(reason(await authenticate(madeToken()))).toBe('not_accepted');
    expect(reason(await authenticate(madeToken({ jti: '2' })))).toBe('not_accepted');
  });

  it('of a ServiceAccount without a Gateway is known, and may have nothing', async () => {
    const { authenticate } = await desk([accepted('system:serviceaccount:other:edge')]);
    const foreign = madeToken({ 'kubernetes.io': { namespace: 'other', serviceaccount: { name: 'edge' } } });
    expect(await authenticate(foreign)).toMatchObject({
      reason: 'no_fleet',
      code: status.PERMISSION_DENIED,
      details: 'ServiceAccount other/edge may have the configuration of no Gateway',
    });
  });

  it('says when a key is not known, which may be a new one', async () => {
    const { authenticate, unknownKeys } = await desk([accepted()]);
    await authenticate(madeToken({}, { kid: 'newer' }));
    expect(unknownKeys()).toBe(1);
  });
});

describe('the API server', () => {
  it('is asked once about a token within a minute, and once for many streams at a time', async () => {
    const { authenticate, asked, clock } = await desk([accepted(), refused]);
    const token = madeToken();
    const all = await Promise.all(Array.from({ length: 100 }, () => authenticate(token)));
    expect(new Set(all.map(reason))).toEqual(new Set(['admitted to shop/gw']));
    clock.ms += MINUTE_MS - 1;
    expect(reason(await authenticate(token))).toBe('admitted to shop/gw');
    expect(asked()).toBe(1);
    clock.ms += 1;
    expect(reason(await authenticate(token))).toBe('not_accepted');
    expect(asked()).toBe(2);
  });

  it.each([
    ['32 tokens', 32, 'rsa'],
    ['8 tokens of unknown keys', 8, 'newer'],
  ])('is asked about %s at a time, and about all in the end', async (_name, atOnce, kid) => {
    const held: (() => void)[] = [];
    let [most, answered] = [0, 0];
    /** Answers when as many wait as may, and a moment has passed for one too many. */
    const slow: Step = (response, query) => {
      held.push(() => accepted()(response, query));
      most = Math.max(most, held.length);
      if (held.length !== Math.min(atOnce, 200 - answered)) return;
      setTimeout(() => {
        answered += held.length;
        for (const answer of held.splice(0)) answer();
      }, 10);
    };
    const { authenticate, asked } = await desk(Array.from({ length: 200 }, () => slow));
    const tokens = Array.from({ length: 200 }, (_, i) => madeToken({ jti: String(i) }, { kid }));
    const all = await Promise.all(tokens.map((token) => authenticate(token)));
    expect(new Set(all.map(reason))).toEqual(new Set(['admitted to shop/gw']));
    expect([most, asked()]).toEqual([atOnce, 200]);
  });

  it('that fails leaves it to the signature, for ten minutes, and is asked again by one after five seconds', async () => {
    const { authenticate, asked, clock, logged } = await desk([
      failing(503, 'overloaded'),
      failing(503, 'overloaded'),
      accepted(),
    ]);
    const admitted = await authenticate(madeToken());
    expect(admitted).toMatchObject({ kind: 'admitted', until: NOW + 10 * MINUTE_MS });
    await Promise.all([2, 3, 4].map((jti) => authenticate(madeToken({ jti }))));
    expect(asked()).toBe(1);
    clock.ms += 5_000;
    await Promise.all([5, 6, 7].map((jti) => authenticate(madeToken({ jti }))));
    expect(asked()).toBe(2);
    clock.ms += 5_000;
    expect(await authenticate(madeToken())).toMatchObject({ until: NOW + 60 * MINUTE_MS });
    // Once a minute.
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('token review failed');
    for (const line of logged) expect(line).not.toContain(madeToken().slice(-30));
  });

  it('that fails lets in nobody whose signature cannot be checked, or who is not valid yet', async () => {
    const { authenticate } = await desk([failing(500, 'broken')]);
    expect(await authenticate(madeToken({}, { kid: 'newer' }))).toMatchObject({
      reason: 'unreviewed',
      code: status.UNAVAILABLE,
    });
    const later = madeToken({ nbf: NOW / 1000 + 60 });
    expect(reason(await authenticate(later))).toBe('not_accepted');
  });

  it('that fails is believed what it said before, refusals first', async () => {
    const { authenticate, clock } = await desk([accepted(), refused, failing(500, 'broken')]);
    const [good, revoked] = [madeToken({ jti: 'good' }), madeToken({ jti: 'revoked' })];
    await authenticate(good);
    await authenticate(revoked);
    clock.ms += 10 * MINUTE_MS;
    expect(reason(await authenticate(revoked))).toBe('not_accepted');
    expect(reason(await authenticate(good))).toBe('admitted to shop/gw');
    clock.ms += 50 * MINUTE_MS;
    expect(reason(await authenticate(good))).toBe('expired');
  });

  it('whose keys were never read is the only judge', async () => {
    const { authenticate } = await desk([failing(500, 'broken')], { issuer: '', keys: new Map() });
    expect(reason(await authenticate(madeToken()))).toBe('unreviewed');
  });
});
