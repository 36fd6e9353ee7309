import type { ApiClient } from './api-client.js';
import { ApiError } from './api-error.js';
import { slim, type ServerObject } from './server-object.js';

/** Whose fields they are that we apply (`metadata.managedFields`). */
const FIELD_MANAGER = 'windlass';

export interface ApplyOptions {
  /** Default: `windlass`. */
  readonly fieldManager?: string;
  /** Checked and answered as if, but not kept. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Makes the object, or makes its fields what they are here, whoever wrote them before; fields that we applied earlier and that are no longer here go. An
 * object that is so already is not written: its resourceVersion stays.
 * Source: Kubernetes, Server-Side Apply.
 * @param path of the object itself, as `/api/v1/namespaces/shop/services/edge`
 * @param object with `apiVersion`, `kind` and its name
 * @throws ApiError
 */
export async function apply(
  client: ApiClient,
  path: string,
  object: object,
  { fieldManager = FIELD_MANAGER, dryRun = false, signal }: ApplyOptions = {},
): Promise<ServerObject> {
  const query = new URLSearchParams({ fieldManager, force: 'true', ...(dryRun && { dryRun: 'All' }) });
  const answer = await client.call({
    method: 'PATCH',
    path: `${path}?${query.toString()}`,
    contentType: 'application/apply-patch+yaml',
    body: object,
    ...(signal && { signal }),
  });
  return slim(answer as ServerObject);
}

/**
 * Deletes this very object, and no successor of the same name; what it owns goes after it.
 * @returns whether it was still there
 * @throws ApiError
 */
export async function remove(client: ApiClient, path: string, uid: string | undefined): Promise<boolean> {
  try {
    await client.call({
      method: 'DELETE',
      path,
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        ...(uid !== undefined && { preconditions: { uid } }),
      },
    });
    return true;
  } catch (error) {
    // Gone, or another one in its place.
    if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return false;
    throw error;
  }
}
