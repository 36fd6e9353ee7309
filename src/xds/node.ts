import type { envoy } from '../proto/index.js';

/** What a client says of itself. It decides nothing but whether its version is served. */
export interface Node {
  readonly id: string;
  /** `1.40.0`; undefined when the client states none, as clients other than Envoy do. */
  readonly version: string | undefined;
}

export type Version = readonly [major: number, minor: number, patch: number];

/** The oldest Envoy whose API is spoken here. */
export const OLDEST_ENVOY: Version = [1, 40, 0];

export function nodeOf(node: envoy.config.core.v3.Node | undefined): Node | undefined {
  if (node === undefined) return undefined;
  const stated = node.userAgentBuildVersion?.version;
  const version =
    stated === undefined
      ? undefined
      : [stated.majorNumber ?? 0, stated.minorNumber ?? 0, stated.patch ?? 0].join('.');
  return { id: node.id ?? '', version };
}

/** Does the node state a version below `floor`? */
export function isTooOld(node: Node, floor: Version): boolean {
  if (node.version === undefined) return false;
  const stated = node.version.split('.').map(Number);
  const differing = floor.findIndex((figure, i) => figure !== stated[i]);
  return differing >= 0 && (stated[differing] ?? 0) < (floor[differing] ?? 0);
}
