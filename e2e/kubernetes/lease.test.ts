import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createApiClient, type ApiClient } from '../../src/kubernetes/index.js';
import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import type { Candidacy } from '../cluster/lease-candidate.js';
import { until } from '../harness/until.js';

jest.setTimeout(120_000);

const ROOT = join(import.meta.dirname, '..', '..');
const TIMES = { durationMs: 4000, renewDeadlineMs: 2500, retryMs: 500 };
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';

let server: ApiServer;
let client: ApiClient;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  server = await startApiServer();
  client = createApiClient(server.kubeconfig);
}, 900_000);

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  client.close();
  await server.dispose();
}, 60_000);

interface Candidate {
  readonly child: ChildProcess;
  /** What it said, and when. */
  readonly said: { readonly value: unknown; readonly at: number }[];
  /** Until it says what `ask` and `block` make it say. */
  answer(command: string): Promise<{ readonly acts: boolean; readonly at: number }>;
  stop(): Promise<void>;
}

function candidate(name: string, identity: string): Candidate {
  const candidacy: Candidacy = {
    ...{ kubeconfig: server.kubeconfig.exportConfig(), namespace: 'default', name, identity, times: TIMES },
  };
  const program = join(ROOT, 'e2e', 'cluster', 'lease-candidate.ts');
  const args = ['--import', join(ROOT, 'scripts', 'ts.mjs'), program, JSON.stringify(candidacy)];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  running.add(child);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running.delete(child);
      resolve();
    });
  });
  const said: { value: unknown; at: number }[] = [];
  createInterface(child.stdout).on('line', (line) => said.push({ value: JSON.parse(line), at: Date.now() }));
  return {
    child,
    said,
    answer: async (command) => {
      const before = said.length;
      child.stdin.write(`${command}\n`);
      return await until(`${identity} answers ${command}`, () => {
        const found = said.slice(before).find(({ value }) => typeof value === 'object');
        return found && { ...(found.value as { acts: boolean }), at: found.at };
      });
    },
    stop: async () => {
      child.stdin.write('stop\n');
      await ended;
    },
  };
}

const leads = ({ said }: Candidate): Promise<number> =>
  until('it leads', () => said.findLast(({ value }) => value === true)?.at, 60_000);
const leadsNot = ({ said }: Candidate): boolean =>
  said.findLast(({ value }) => typeof value === 'boolean')?.value !== true;

interface Spec {
  readonly holderIdentity?: string;
  readonly leaseTransitions?: number;
  readonly leaseDurationSeconds?: number;
}
async function lease(name: string): Promise<Spec> {
  return ((await client.call({ path: `${LEASES}/${name}` })) as { readonly spec: Spec }).spec;
}

describe('of two candidates for a Lease', () => {
  it('one leads, and the other takes over within the time of the Lease when it is killed', async () => {
    const a = candidate('killed', 'a');
    await leads(a);
    const b = candidate('killed', 'b');
    await until('b has read it', async () => ((await b.answer('ask')).acts ? undefined : true));
    expect(await lease('killed')).toMatchObject({ holderIdentity: 'a', leaseTransitions: 0 });
    const killedAt = Date.now();
    a.child.kill('SIGKILL');
    const takenAt = await leads(b);
    expect(await lease('killed')).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    // Not before anybody may, and not long after. A renewal may have been on its way, tries are 0.5 to 0.6 s apart, and the machine may be slow.
    expect(takenAt - killedAt).toBeGreaterThan(TIMES.durationMs - 2 * TIMES.retryMs);
    expect(takenAt - killedAt).toBeLessThan(TIMES.durationMs + 4000);
    await b.stop();
  });

  it('the other takes over at once when the first stops', async () => {
    const a = candidate('released', 'a');
    await leads(a);
    const b = candidate('released', 'b');
    await b.answer('ask');
    const stoppedAt = Date.now();
    await a.stop();
    const takenAt = await leads(b);
    expect(takenAt - stoppedAt).toBeLessThan(TIMES.durationMs - TIMES.retryMs);
    await b.stop();
    expect(await lease('released')).toMatchObject({ holderIdentity: '', leaseTransitions: 1 });
  });

  it('one whose event loop is busy for longer than the Lease lasts keeps it', async () => {
    const a = candidate('busy', 'a');
    await leads(a);
    const b = candidate('busy', 'b');
    await b.answer('ask');
    const { acts } = await a.answer(`block ${2 * TIMES.durationMs}`);
    expect(acts).toBe(true);
    expect(leadsNot(b)).toBe(true);
    expect(await lease('busy')).toMatchObject({ holderIdentity: 'a', leaseTransitions: 0 });
    await a.stop();
    await b.stop();
  });

  it('one that was halted for longer than the Lease lasts does not act when it goes on', async () => {
    const a = candidate('halted', 'a');
    await leads(a);
    const b = candidate('halted', 'b');
    await b.answer('ask');
    a.child.kill('SIGSTOP');
    await leads(b);
    // Asked while it stands still: it answers as soon as it goes on, before any message or timer of the election.
    const answer = a.answer('ask');
    a.child.kill('SIGCONT');
    expect((await answer).acts).toBe(false);
    await until('it has noticed', () => (leadsNot(a) ? true : undefined));
    expect(await lease('halted')).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
    await a.stop();
    // Whoever does not hold it does not let it go.
    expect(await lease('halted')).toMatchObject({ holderIdentity: 'b' });
    await b.stop();
  });
});

describe('the holder of a Lease', () => {
  it('stops acting before anybody else may take over when the server is gone, and goes on when it is back', async () => {
    const a = candidate('outage', 'a');
    await leads(a);
    await server.stop();
    const stoppedAt = Date.now();
    await until('it stops', () => (leadsNot(a) ? true : undefined), TIMES.durationMs);
    expect(Date.now() - stoppedAt).toBeLessThan(TIMES.durationMs);
    await server.start();
    await leads(a);
    await until('it leads again', () => (leadsNot(a) ? undefined : true), 60_000);
    expect(await lease('outage')).toMatchObject({ holderIdentity: 'a', leaseTransitions: 0 });
    await a.stop();
  });
});
