import type { Evaluation, ForwardShare } from '../../src/routing/index.js';
import type { Answer } from '../harness/request.js';
import { DENIALS } from './servers.js';

type BackendOf = (cluster: string) => string | undefined;

/** What the request that a server denies is answered, as gRPC numbers it. */
const GRPC_STATUS: Readonly<Record<number, string>> = { 401: '16', 403: '7' };

/** Who denies the request before its rule's action is looked at; undefined: nobody. @param deny value of its `x-deny` */
export function deniedBy(
  { auth }: Pick<Evaluation, 'auth'>,
  deny: string | undefined,
  backendOf: BackendOf,
): string | undefined {
  return auth.map(backendOf).find((name) => name !== undefined && name === deny);
}

/** Who denies the request where it is this share's. */
export function shareDeniedBy(
  { auth }: Pick<ForwardShare, 'auth'>,
  deny: string | undefined,
  backendOf: BackendOf,
): string | undefined {
  return deniedBy({ auth: auth === undefined ? [] : [auth] }, deny, backendOf);
}

/** Whether the answer is that server's denial; a call is answered with 200, and a status of its own. */
export function isDenial({ status, headers }: Answer, server: string): boolean {
  const denial = DENIALS[server] ?? 0;
  const told = headers['grpc-status'];
  const answered = told === undefined ? status === denial : status === 200 && told === GRPC_STATUS[denial];
  return answered && headers['x-denied-by'] === server && headers['x-backend'] === undefined;
}
