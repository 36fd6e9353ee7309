import { ApiError, type ApiClient, type ServerObject } from '../../kubernetes/index.js';
import type { ObjectRef } from '../../resources/index.js';
import { fieldOf, type Json } from '../json.js';
import type { Merged } from './merge.js';

export interface PutStatus {
  readonly client: ApiClient;
  readonly ref: ObjectRef;
  readonly path: string;
  /** What `merged` was made of. */
  readonly server: ServerObject;
  readonly merged: Merged;
  /** Made anew of a status that somebody wrote meanwhile; undefined: it is as it should be. */
  readonly merge: (status: unknown) => Merged | undefined;
  readonly mayWrite: () => boolean;
  readonly onConflict: () => void;
  readonly signal: AbortSignal;
}

export type Put =
  /** `server` is what was there before. */
  | {
      readonly is: 'written';
      readonly server: ServerObject;
      readonly merged: Merged;
      readonly resourceVersion: string;
    }
  /** Somebody wrote meanwhile, and it is as it should be. */
  | { readonly is: 'equal' }
  | { readonly is: 'gone' }
  /** `mayWrite` says no. */
  | { readonly is: 'refused' }
  /** It is another generation, or another object of the name, than the status is about. */
  | { readonly is: 'overtaken' };

/** How often others may be faster before it waits. */
const TRIES = 5;

/**
 * Reads, changes and writes a status, on the version that it read: whoever writes in between is seen, and the change is made of what they wrote.
 * @throws ApiError
 */
export async function putStatus(put: PutStatus): Promise<Put> {
  const { client, ref, path, signal, mayWrite } = put;
  let { server, merged } = put;
  for (let tries = 1; ; tries += 1) {
    if (!mayWrite()) return { is: 'refused' };
    try {
      const answer = await client.call({
        method: 'PUT',
        path: `${path}/status`,
        body: bodyOf(ref, path, server, merged.status),
        signal,
      });
      return { is: 'written', server, merged, resourceVersion: versionOf(answer) };
    } catch (thrown) {
      if (isStatus(thrown, 404)) return { is: 'gone' };
      if (!isStatus(thrown, 409)) throw thrown;
      put.onConflict();
      if (tries === TRIES) throw thrown;
    }
    const fresh = await read(client, path, signal);
    if (fresh === undefined) return { is: 'gone' };
    if (!isSame(fresh, server)) return { is: 'overtaken' };
    const again = put.merge(fieldOf(fresh, 'status'));
    if (again === undefined) return { is: 'equal' };
    [server, merged] = [fresh, again];
  }
}

/** No more than the server needs: of the rest it keeps its own. The uid keeps it from another object of the same name. */
function bodyOf(ref: ObjectRef, path: string, { metadata }: ServerObject, status: Json): Json {
  const [, root, group = '', version = ''] = path.split('/');
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion: root === 'api' ? group : `${group}/${version}`,
    kind: ref.kind,
    metadata: { name, namespace, uid, resourceVersion },
    status,
  };
}

async function read(client: ApiClient, path: string, signal: AbortSignal): Promise<ServerObject | undefined> {
  try {
    return (await client.call({ path, signal })) as ServerObject;
  } catch (thrown) {
    if (isStatus(thrown, 404)) return undefined;
    throw thrown;
  }
}

function isSame({ metadata: a }: ServerObject, { metadata: b }: ServerObject): boolean {
  return a.uid === b.uid && a.generation === b.generation;
}

function versionOf(answer: unknown): string {
  const version = fieldOf(fieldOf(answer, 'metadata'), 'resourceVersion');
  return typeof version === 'string' ? version : '';
}

function isStatus(thrown: unknown, status: number): boolean {
  return thrown instanceof ApiError && thrown.status === status;
}
