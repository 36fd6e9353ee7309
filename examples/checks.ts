// Takes one step of an example and says what is wrong, if anything.
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import type { Authority } from '../e2e/harness/authority.js';
import { call } from '../e2e/harness/grpc.js';
import { ask } from '../e2e/harness/request.js';
import { askTls } from '../e2e/harness/tls-client.js';
import { until } from '../e2e/harness/until.js';
import type { Standalone } from '../e2e/harness/windlass.js';
import type { Answer, Request, RequestStep, StatusStep, Step } from './expectation.ts';

export interface Place {
  /** Of the Gateway. */
  readonly address: string;
  readonly windlass: Standalone;
  /** Requests that each backend has seen since it was started. */
  readonly seen: ReadonlyMap<string, number>;
  /** CAs of clients, by name. */
  readonly clients: ReadonlyMap<string, Authority>;
}

/** Undefined: it is as the step says. */
export async function faultOf(step: Step, place: Place): Promise<string | undefined> {
  if ('check' in step) return await step.check(place.address);
  if ('edit' in step) {
    const { file, from, to } = step.edit;
    const text = readFileSync(join(place.windlass.directory, file), 'utf8');
    if (!text.includes(from)) return `${file} has no "${from}"`;
    place.windlass.write(file, text.replace(from, to));
    return undefined;
  }
  return 'status' in step ? await statusFault(step.status, place) : await requestFault(step, place);
}

async function statusFault(
  { kind, name, listener, condition, reason }: StatusStep['status'],
  { windlass }: Place,
): Promise<string | undefined> {
  const status = await windlass.status(kind, name);
  // A route is told for each of its parents: here for the first.
  const own = status?.conditions ?? status?.parents?.[0]?.conditions;
  const ofListener = status?.listeners?.find((each) => each.name === listener)?.conditions;
  const found = (listener === undefined ? own : ofListener)?.find(({ type }) => type === condition);
  if (found?.reason === reason) return undefined;
  return `expected ${condition} to be ${reason}, it is ${JSON.stringify(found)}`;
}

async function requestFault(step: RequestStep, place: Place): Promise<string | undefined> {
  const { request, answer: expected = {}, times = 1, shares, seen: counts } = step;
  const { seen } = place;
  const before = new Map(seen);
  const tally = new Map<string, number>();
  for (let i = 0; i < times; i += 1) {
    const answer = await send(place, request, expected.refused === true);
    const fault = differenceOf(expected, answer);
    if (fault !== undefined) return fault;
    const backend = answer.backend ?? String(answer.status);
    tally.set(backend, (tally.get(backend) ?? 0) + 1);
  }
  return shareFault(shares, tally, times) ?? (counts && (await countFault(counts, before, seen)));
}

async function send(place: Place, request: Request, mayBeRefused: boolean): Promise<Answer> {
  try {
    return await sent(place, request);
  } catch (error) {
    if (mayBeRefused) return { refused: true };
    throw error;
  }
}

async function sent(
  { address, clients }: Place,
  { call: isCall, tls, client, ...request }: Request,
): Promise<Answer> {
  const { port, host, path = '/', method = 'GET', headers = {} } = request;
  if (isCall === true) {
    const { status, echo } = await call({ address, port, host, path, metadata: headers });
    return { grpcStatus: status, ...(echo && { backend: echo.backend, path: echo.path }) };
  }
  if (client !== undefined) {
    const pair = await clients.get(client.of)?.issue(client.name, 'ecdsa');
    return answerOf(await askTls({ address, port, sni: host, path, headers, client: pair }));
  }
  const answer = await ask({
    address,
    port,
    host,
    path,
    method,
    headers: Object.entries(headers),
    ...(tls === true && { sni: host }),
  });
  return answerOf(answer);
}

interface Received {
  readonly status: number;
  readonly certificate: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly echo:
    { readonly backend: string; readonly path: string; readonly headers: IncomingHttpHeaders } | undefined;
}

function answerOf({ status, certificate, headers, echo }: Received): Answer {
  return {
    status,
    headers: textsOf(headers),
    ...(certificate !== undefined && { certificate }),
    ...(echo && { backend: echo.backend, path: echo.path, received: textsOf(echo.headers) }),
  };
}

function textsOf(headers: IncomingHttpHeaders): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value?.toString()] as const),
  );
}

function differenceOf(expected: Answer, answer: Answer): string | undefined {
  const { headers = {}, received = {}, ...others } = expected;
  for (const [name, value] of Object.entries(others)) {
    const got = answer[name as keyof typeof others];
    if (got !== value) return `expected ${name} ${String(value)}, got ${JSON.stringify(answer)}`;
  }
  for (const [name, value] of Object.entries(headers)) {
    const got = answer.headers?.[name];
    if (got !== value) return `expected header ${name}: ${value ?? 'none'}, got ${got ?? 'none'}`;
  }
  for (const [name, value] of Object.entries(received)) {
    const got = answer.received?.[name];
    if (value === undefined ? got !== undefined : got?.includes(value) !== true)
      return `expected the backend to get ${name}: ${value ?? 'none'}, it got ${got ?? 'none'}`;
  }
  return undefined;
}

function shareFault(
  shares: RequestStep['shares'],
  tally: ReadonlyMap<string, number>,
  times: number,
): string | undefined {
  if (shares === undefined) return undefined;
  const text = JSON.stringify(Object.fromEntries(tally));
  const strangers = [...tally.keys()].filter((name) => shares[name] === undefined);
  if (strangers.length > 0) return `nobody expected ${strangers.join(', ')}: ${text}`;
  const wrong = Object.entries(shares).filter(([name, percent]) => {
    const share = percent / 100;
    const tolerance = 4 * Math.sqrt(times * share * (1 - share));
    return Math.abs((tally.get(name) ?? 0) - times * share) > tolerance;
  });
  return wrong.length === 0 ? undefined : `expected ${JSON.stringify(shares)} per cent, got ${text}`;
}

/** Copies arrive when they like. */
async function countFault(
  counts: Readonly<Record<string, number>>,
  before: ReadonlyMap<string, number>,
  seen: ReadonlyMap<string, number>,
): Promise<string | undefined> {
  const now = (): Readonly<Record<string, number>> =>
    Object.fromEntries(
      Object.keys(counts).map((name) => [name, (seen.get(name) ?? 0) - (before.get(name) ?? 0)]),
    );
  const wanted = JSON.stringify(counts);
  const arrived = (): true | undefined => (JSON.stringify(now()) === wanted ? true : undefined);
  return await until(wanted, arrived, 5_000).then(
    () => undefined,
    () => `expected the backends to see ${wanted}, they saw ${JSON.stringify(now())}`,
  );
}
