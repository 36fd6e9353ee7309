import type { Resource, ResourceType, Snapshot } from './resource.js';

/** Contents of one listener or table that are remembered. Sections that they have in common are held once. */
const MOST_CONTENTS = 32;

/**
 * The listeners and tables that a fleet's streams were sent last, by version: a client that reconnects states versions only, and what it has then is
 * known again. It belongs to the process; what came before is not in it.
 */
export type Recent = Map<string, Map<string, Resource>>;

export function newRecent(): Recent {
  return new Map();
}

/** Keeps what was sent, and forgets the oldest content of that name when there are too many. Other types are not kept. */
export function remember(recent: Recent, { type, name, version, sections }: Resource): void {
  if (type !== 'listener' && type !== 'routes') return;
  const key = keyOf(type, name);
  const contents = recent.get(key) ?? new Map<string, Resource>();
  recent.set(key, contents);
  // Last in the order of insertion, and another object: the bytes that were made for the response are not held with it.
  contents.delete(version);
  contents.set(version, { type, name, version, sections });
  if (contents.size > MOST_CONTENTS)
    for (const oldest of [...contents.keys()].slice(0, -MOST_CONTENTS)) contents.delete(oldest);
}

export function recall(
  recent: Recent,
  type: ResourceType,
  name: string,
  version: string,
): Resource | undefined {
  return recent.get(keyOf(type, name))?.get(version);
}

/** Forgets what the fleet no longer has under any content. */
export function forgetRemoved(recent: Recent, { resources }: Snapshot): void {
  const current = [resources.listener, resources.routes].flatMap((named) =>
    [...named.values()].map(({ type, name }) => keyOf(type, name)),
  );
  for (const key of new Set(recent.keys()).difference(new Set(current))) recent.delete(key);
}

function keyOf(type: ResourceType, name: string): string {
  return `${type} ${name}`;
}
