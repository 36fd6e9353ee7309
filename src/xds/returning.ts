// An Envoy goes on being subscribed to what a listener named while its connections drain, and ignores that a table is removed. Should the listener, or
// one of its filter chains, come back meanwhile, it serves at once by what it still has: the table and the secret of before.
import { referencesOf } from './references.js';
import type { Resource, Snapshot } from './resource.js';
import type { StreamState } from './stream-state.js';
import { ABSENT, toldVersion } from './type-state.js';

/**
 * Milliseconds until when a listener must not be sent, because the client has a former content of what it names: a table that was removed, a
 * secret of another version. That the current content was sent is enough: a client takes the responses of a stream in turn.
 */
export function returningHeldUntil(
  { types: { listener, routes, secret } }: StreamState,
  resource: Resource,
  { resources }: Snapshot,
  now: number,
  deadlineMs: number,
): number | undefined {
  if (resource.type !== 'listener') return undefined;
  const isFormerTable = (name: string): boolean =>
    resources.routes.has(name) && routes.names.has(name) && (routes.told.get(name) ?? ABSENT) === ABSENT;
  const isFormerSecret = (name: string): boolean => {
    const wanted = resources.secret.get(name);
    return (
      wanted !== undefined && secret.names.has(name) && toldVersion(secret.told.get(name)) !== wanted.version
    );
  };
  const isFormer =
    referencesOf(resource, 'routes').some(isFormerTable) ||
    referencesOf(resource, 'secret').some(isFormerSecret);
  const deadline = (listener.due.get(resource.name)?.since ?? 0) + deadlineMs;
  return isFormer && now < deadline ? deadline : undefined;
}
