import { sortedMap, type Change, type Edit, type SortedMap } from '../../collections/index.js';
import type { AttachedRoute } from '../attached-route.js';
import type { Domain } from '../hostnames.js';
import { createdAt } from '../precedence.js';
import type { L4Rule } from './l4-model.js';

/** The rules of one listener that have a hostname, in order of precedence: of equal hostnames the older route, then the first by name. */
export type ListenerRules = SortedMap<{ readonly hostname: Domain; readonly rule: L4Rule }>;

/** By name of the listener. */
export type L4Groups = SortedMap<ListenerRules>;

/** The groups after routes have come, gone or changed. */
export function editL4Groups(groups: L4Groups, changes: readonly Change<AttachedRoute>[]): L4Groups {
  const byListener = new Map<string, Edit<{ readonly hostname: Domain; readonly rule: L4Rule }>[]>();
  const note = (attached: AttachedRoute | undefined, isThere: boolean): void => {
    const rule = attached?.route.l4;
    if (attached === undefined || rule === undefined) return;
    for (const { listener, hostnames } of attached.places) {
      const edits = byListener.get(listener) ?? [];
      byListener.set(listener, edits);
      for (const hostname of hostnames)
        edits.push([keyOf(hostname, attached), isThere ? { hostname, rule } : undefined]);
    }
  };
  for (const { before, after } of changes) {
    note(before, false);
    note(after, true);
  }
  return groups.edit(
    [...byListener].map(([listener, edits]): Edit<ListenerRules> => {
      const rules = (groups.get(listener) ?? sortedMap()).edit(edits);
      return [listener, rules.size === 0 ? undefined : rules];
    }),
  );
}

/** The rule that comes first of those with exactly this hostname. */
export function firstRule(rules: ListenerRules | undefined, hostname: Domain): L4Rule | undefined {
  for (const [, { rule }] of rules?.startingWith(`${hostname} `) ?? []) return rule;
  return undefined;
}

/** No part of it holds a space; times have one width, and who does not say one comes last. */
function keyOf(hostname: Domain, { route: { route } }: AttachedRoute): string {
  const { creationTimestamp, namespace = '', name } = route.metadata;
  const created = createdAt(creationTimestamp);
  const age = Number.isFinite(created) ? String(created).padStart(16, '0') : '~';
  return `${hostname} ${age} ${namespace}/${name}`;
}
