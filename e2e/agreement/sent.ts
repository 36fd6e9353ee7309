import { isIP } from 'node:net';
import type { RequestModel } from '../../src/routing/index.js';
import type { Ask } from '../harness/request.js';
import { PLAIN, SECURE } from './pools.js';
import type { RandomRequest } from './requests.js';

/** A random request as the evaluator takes it, and as it is sent. @param id of its own, in `x-id` */
export function sentFor(
  {
    tls: secure,
    aside,
    status,
    host,
    server,
    client,
    deny,
    withPort,
    path,
    method,
    headers: own,
  }: RandomRequest,
  id: string,
): { readonly model: RequestModel; readonly request: Omit<Ask, 'address' | 'client'> } {
  const tls = secure && !aside;
  const port = tls ? SECURE : PLAIN;
  const authority = withPort ? `${host}:${port}` : host;
  const headers: readonly (readonly [string, string])[] = [
    ...own,
    ['x-id', id],
    ...(status === 200 ? [] : [['x-status', String(status)] as const]),
    ...(deny === undefined ? [] : [['x-deny', deny] as const]),
  ];
  // A server name is never an address, and has no final dot.
  const sni = isIP(host) === 0 ? (server ?? host).toLowerCase().replace(/\.$/, '') : '';
  const common = { port, host: authority, path, method, headers, ...(tls ? { sni } : {}) };
  return {
    request: common,
    model: {
      ...common,
      scheme: tls ? 'https' : 'http',
      ...(tls && client !== 'valid' && { clientCertificate: client }),
    },
  };
}
