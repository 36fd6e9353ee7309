// `make demo`: real backends, `windlass up` on a copy of examples/canary, a real Envoy; sends requests, prints what a newcomer
// should see, edits a weight live under load. On a terminal it keeps serving; otherwise it exits 0, or 1 if an expectation failed.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackend } from './backends.ts';

const root = join(import.meta.dirname, '..');
const windlass = join(root, 'bin', 'windlass');
const scratch = mkdtempSync(join(tmpdir(), 'windlass-demo-'));
const directory = join(scratch, 'canary');
const keepAlive = new Agent({ keepAlive: true, maxSockets: 8 });
const sampleSize = 400;

interface Answer {
  readonly status: number;
  readonly backend: string;
  readonly location: string | undefined;
}

interface Ask {
  readonly host: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: boolean;
}

let failures = 0;
let up: ChildProcess | undefined;

// Whenever it is asked to end, what it started ends first.
const asked = new Promise<'asked'>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve('asked'));
});
try {
  if ((await Promise.race([demonstrate(), asked])) === 'asked') {
    console.log('\nstopped before the end');
    failures += 1;
  } else if (process.stdout.isTTY && process.stdin.isTTY && failures === 0) {
    await asked;
  }
} catch (error) {
  failures += 1;
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
} finally {
  if (up !== undefined) await stop(up);
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(failures === 0 ? 0 : 1);

async function demonstrate(): Promise<void> {
  await prepareDirectory();
  up = startUp();
  const address = await programmed(up);
  console.log(`\nGateway default/shop is programmed at ${address}: http 8080, https 8443\n`);
  await tour(address);
  await liveEdit(address);
  console.log(failures === 0 ? '\nEverything as expected.' : `\n${failures} expectation(s) failed.`);
  if (process.stdout.isTTY && process.stdin.isTTY && failures === 0) sayWhatToTry(address);
}

/** A copy of the example whose endpoints have the ports of the backends just started, with certificates beside it. */
async function prepareDirectory(): Promise<void> {
  cpSync(join(root, 'examples', 'canary'), directory, { recursive: true });
  const file = join(directory, 'backends.yaml');
  const documents: string[] = [];
  for (const document of readFileSync(file, 'utf8').split(/^---$/m)) {
    const service = /service-name: (\S+)/.exec(document)?.[1];
    if (service === undefined) {
      documents.push(document);
      continue;
    }
    const { port } = await startBackend(service, '127.0.0.1', 0);
    documents.push(document.replace(/port: \d+/, `port: ${port}`));
  }
  writeFileSync(file, documents.join('---'));
  for (const [host, name] of [
    ['shop.example', 'shop-tls'],
    ['admin.shop.example', 'admin-tls'],
  ] as const) {
    const cert = spawnSync(windlass, ['cert', '--host', host, '--name', name], { encoding: 'utf8' });
    if (cert.status !== 0) throw new Error(`windlass cert failed: ${cert.stderr}`);
    writeFileSync(join(directory, `${name}.yaml`), cert.stdout);
  }
}

function startUp(): ChildProcess {
  const options = [
    '--run-dir',
    join(scratch, 'run'),
    '--debug-port',
    '0',
    '--xds-port',
    '0',
    '--log-level',
    'warn',
  ];
  console.log(`$ windlass up ${directory}`);
  // In a process group of its own: a Ctrl-C on the terminal is the demo's, which then stops it.
  return spawn(windlass, ['up', directory, ...options], {
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
}

/** Waits for the Gateway's Programmed condition and returns its first address. */
async function programmed(child: ChildProcess): Promise<string> {
  const deadline = Date.now() + 120_000;
  let seen = 'nothing yet';
  while (Date.now() < deadline) {
    if (hasEnded(child))
      throw new Error(`windlass up ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`);
    try {
      const { debug } = JSON.parse(readFileSync(join(scratch, 'run', 'up.json'), 'utf8')) as {
        debug: string;
      };
      const statuses = (await (await fetch(`${debug}/status`)).json()) as readonly ObjectStatus[];
      const gateway = statuses.find(
        (entry) => entry.ref.kind === 'Gateway' && entry.ref.name === 'shop',
      )?.status;
      const condition = gateway?.conditions?.find(({ type }) => type === 'Programmed');
      seen = condition?.message ?? 'no Programmed condition';
      const address = gateway?.addresses?.[0]?.value;
      if (condition?.status === 'True' && address !== undefined) return address;
    } catch (error) {
      seen = error instanceof Error ? error.message : String(error);
    }
    await pause(50);
  }
  throw new Error(`the Gateway was not programmed within two minutes; last seen: ${seen}`);
}

interface ObjectStatus {
  readonly ref: { readonly kind: string; readonly name: string };
  readonly status: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message: string;
    }[];
    readonly addresses?: readonly { readonly value: string }[];
  };
}

async function tour(address: string): Promise<void> {
  const shop = { host: 'shop.example' };
  await until(async () => (await ask(address, shop)).status === 200, 'the first 200');

  const split = await sample(address, shop, sampleSize);
  expectShare(`90/10 split over ${sampleSize} requests`, split, 10);

  const chosen = await sample(address, { ...shop, headers: { 'x-canary': 'always' } }, 20);
  expect(
    'x-canary: always reaches the canary',
    `${chosen.get('shop-canary') ?? 0} of 20`,
    chosen.get('shop-canary') === 20,
  );

  const secure = await ask(address, { ...shop, tls: true });
  expect(
    'https shop.example (SNI)',
    `${secure.status} ${secure.backend}`,
    secure.backend.startsWith('shop-'),
  );
  const admin = await ask(address, { host: 'admin.shop.example', tls: true });
  expect('https admin.shop.example (SNI)', `${admin.status} ${admin.backend}`, admin.backend === 'admin');

  const moved = await ask(address, { ...shop, path: '/old/cups?size=2' });
  expect(
    'redirect /old/cups?size=2',
    `${moved.status} ${moved.location ?? ''}`,
    moved.status === 301 && moved.location === 'https://shop.example:8443/new/cups?size=2',
  );

  const invoices = await ask(address, { ...shop, path: '/invoices' });
  expect(
    '/invoices: other namespace, granted',
    `${invoices.status} ${invoices.backend}`,
    invoices.backend === 'invoices',
  );
  const payroll = await ask(address, { ...shop, path: '/payroll' });
  expect('/payroll: other namespace, no grant', String(payroll.status), payroll.status === 500);
  const stranger = await ask(address, { host: 'stranger.example' });
  expect('a host nobody serves', String(stranger.status), stranger.status === 404);
}

async function liveEdit(address: string): Promise<void> {
  console.log('\nLive edit of routes.yaml: 90/10 becomes 50/50, under load\n');
  const shop = { host: 'shop.example' };
  const load = { sent: 0, failed: 0, running: true };
  const worker = async (): Promise<void> => {
    while (load.running) {
      load.sent += 1;
      const answer = await ask(address, shop).catch(() => undefined);
      if (answer?.status !== 200) load.failed += 1;
    }
  };
  const workers = [worker(), worker(), worker(), worker()];

  const file = join(directory, 'routes.yaml');
  const edited = readFileSync(file, 'utf8')
    .replace('weight: 90', 'weight: 50')
    .replace('weight: 10', 'weight: 50');
  const start = performance.now();
  writeFileSync(`${file}.new`, edited);
  renameSync(`${file}.new`, file);
  // A window of 40 holds at least 11 canary answers by chance alone about once in a thousand at 10 %.
  await until(async () => ((await sample(address, shop, 40)).get('shop-canary') ?? 0) > 10, 'the new split');
  const took = performance.now() - start;
  const split = await sample(address, shop, sampleSize);
  load.running = false;
  await Promise.all(workers);

  expectShare(`50/50 split over ${sampleSize} requests`, split, 50);
  expect(
    'failed requests during the change',
    `${load.failed} of ${load.sent}`,
    load.failed === 0 && load.sent > 0,
  );
  console.log(`      (seen in the traffic ${took.toFixed(0)} ms after the file was renamed into place)`);
}

/** Within four standard deviations of the share that the weights ask for. */
function expectShare(what: string, split: ReadonlyMap<string, number>, percent: number): void {
  const canary = split.get('shop-canary') ?? 0;
  const stable = split.get('shop-stable') ?? 0;
  const share = percent / 100;
  const tolerance = 4 * Math.sqrt(sampleSize * share * (1 - share));
  const ok = canary + stable === sampleSize && Math.abs(canary - sampleSize * share) <= tolerance;
  expect(what, `${stable} stable, ${canary} canary`, ok);
}

function expect(what: string, seen: string, ok: boolean): void {
  if (!ok) failures += 1;
  console.log(`  ${ok ? 'ok  ' : 'FAIL'}  ${what.padEnd(42)} ${seen}`);
}

async function sample(address: string, what: Ask, count: number): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  for (let i = 0; i < count; i += 1) {
    const answer = await ask(address, what);
    const key = answer.status === 200 ? answer.backend : String(answer.status);
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return seen;
}

/** One request. HTTPS trusts nothing but is not verified here: the certificate is self-signed and the name is what SNI is about. */
function ask(address: string, { host, path = '/', headers = {}, tls = false }: Ask): Promise<Answer> {
  const common = { host: address, path, headers: { host, ...headers }, timeout: 10_000 };
  return new Promise((resolve, reject) => {
    const sent = tls
      ? httpsRequest({ ...common, port: 8443, servername: host, rejectUnauthorized: false })
      : httpRequest({ ...common, port: 8080, agent: keepAlive });
    sent.on('timeout', () => sent.destroy(new Error('no answer within 10 s')));
    sent.on('error', reject);
    sent.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          backend: /"backend":"([^"]+)"/.exec(body)?.[1] ?? '',
          location: response.headers.location,
        }),
      );
    });
    sent.end();
  });
}

function sayWhatToTry(address: string): void {
  console.log(`
Still serving. Try:
  curl -H 'Host: shop.example' http://${address}:8080/
  edit ${join(directory, 'routes.yaml')} and watch the answers change
  open ${(JSON.parse(readFileSync(join(scratch, 'run', 'up.json'), 'utf8')) as { debug: string }).debug}/
Ctrl-C ends it and removes everything.`);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
  await ended;
  clearTimeout(late);
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (await condition().catch(() => false)) return;
    await pause(20);
  }
  throw new Error(`waited 30 s for ${what}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
