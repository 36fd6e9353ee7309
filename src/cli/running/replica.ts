import { WindlassError } from '../../errors/index.js';

/** One process of a running control plane, whose debug endpoint is asked. */
export interface Replica {
  /** Name of its Pod, or its address. */
  readonly name: string;
  /** @param path of the debug endpoint, with its query */
  get(path: string): Promise<{ readonly status: number; readonly body: string }>;
}

/** The one that knows the most first. */
export type Replicas = readonly [Replica, ...Replica[]];

/** The JSON that a replica answers with. @throws WindlassError CONTROL_PLANE_UNREACHABLE when it is none */
export async function ask(replica: Replica, path: string): Promise<unknown> {
  const { status, body } = await replica.get(path);
  const refused = (what: string, cause?: unknown): WindlassError =>
    new WindlassError('CONTROL_PLANE_UNREACHABLE', `${replica.name} answers ${path} with ${what}`, { cause });
  if (status !== 200) throw refused(`${status}: ${body.split('\n')[0] ?? ''}`);
  try {
    const value: unknown = JSON.parse(body);
    return value;
  } catch (cause) {
    throw refused('what is no JSON; is it the debug endpoint?', cause);
  }
}
