import type { Admin } from './admin.js';
import { isUdpListener } from '../../envoy/index.js';
import type { Transport } from './claims.js';
import { READINESS_LISTENER } from '../bootstrap/readiness.js';
import { array, at, number, parseJson, string } from './json.js';

/** An address an Envoy listens on. */
export interface BoundAddress {
  readonly listener: string;
  readonly address: string;
  readonly port: number;
  readonly transport: Transport;
}

/** Every address that the Envoy's active listeners hold, static ones included. */
export async function boundAddresses(admin: Admin): Promise<readonly BoundAddress[]> {
  const listeners = array(at(parseJson(await admin.get('/listeners?format=json')), 'listener_statuses'));
  return listeners.flatMap((listener) => {
    const name = string(at(listener, 'name')) ?? '';
    const transport = isUdpListener(name) ? 'udp' : 'tcp';
    const additional = array(at(listener, 'additional_local_addresses'));
    return [at(listener, 'local_address'), ...additional].flatMap((local): BoundAddress[] => {
      const address = string(at(local, 'socket_address', 'address'));
      const port = number(at(local, 'socket_address', 'port_value'));
      return address === undefined || port === undefined
        ? []
        : [{ listener: name, address, port, transport }];
    });
  });
}

/** Requests and raw TCP connections under way, those of the admin interface and of the readiness listener not counted. */
export async function activeWork(admin: Admin): Promise<number> {
  const query = '/stats?format=json&filter=^(http|tcp)\\..*downstream_(rq|cx)_active$';
  const stats = array(at(parseJson(await admin.get(query)), 'stats'));
  return stats.reduce<number>((sum, stat) => {
    const name = string(at(stat, 'name')) ?? '';
    const counts = name.startsWith('http.') ? name.endsWith('rq_active') : name.endsWith('cx_active');
    const own = name.startsWith('http.admin.') || name.startsWith(`http.${READINESS_LISTENER}.`);
    return sum + (counts && !own ? (number(at(stat, 'value')) ?? 0) : 0);
  }, 0);
}

/** Whether the Envoy was told to end: its listeners close after a while, and no configuration opens them again. */
export async function isDraining(admin: Admin): Promise<boolean> {
  return (await admin.get('/ready')).startsWith('DRAINING');
}

/** Whether the process behind the admin socket speaks. */
export async function answers(admin: Admin): Promise<boolean> {
  try {
    await admin.get('/ready');
    return true;
  } catch {
    // Not yet, or not any more.
    return false;
  }
}
