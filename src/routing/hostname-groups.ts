import { sortedMap, type Change, type Edit, type SortedMap } from '../collections/index.js';
import type { AttachedRoute } from './attached-route.js';
import { EVERY_HOST, type Domain } from './hostnames.js';
import { keepObject } from './keep.js';
import { editRules, NO_RULES, type RankedRules } from './ranked-rules.js';
import type { RankedEntry } from './resolve-route.js';

/** The routes of a listener that have a hostname in common. The virtual hosts that it covers are made of such groups. */
export interface HostnameGroup {
  /** As the routes say, not narrowed by the listener's: it decides precedence (DESIGN D18). */
  readonly hostname: Domain;
  /** How many routes; never 0. */
  readonly routes: number;
  readonly rules: RankedRules;
  /** Routes, by `Kind namespace/name`, that reach the listener by several hostnames. */
  readonly plural: SortedMap<true>;
}

/** The groups of one listener, by {@link labelsReversed} of the hostname: what a wildcard covers stands together. */
export type ListenerGroups = SortedMap<HostnameGroup>;

/** By name of the listener. */
export type HostnameGroups = SortedMap<ListenerGroups>;

/** `com.example.*` for `*.example.com`. */
function labelsReversed(domain: Domain): string {
  let end = domain.length;
  let reversed = '';
  for (let dot = domain.lastIndexOf('.'); dot > 0; dot = domain.lastIndexOf('.', dot - 1)) {
    reversed += `${domain.slice(dot + 1, end)}.`;
    end = dot;
  }
  return reversed + domain.slice(0, end);
}

export function groupOf(groups: ListenerGroups | undefined, hostname: Domain): HostnameGroup | undefined {
  return groups?.get(labelsReversed(hostname));
}

/** The groups of the hostnames that a wildcard covers, itself included. */
export function* groupsUnder(groups: ListenerGroups, wildcard: Domain): Generator<HostnameGroup> {
  const prefix = wildcard === EVERY_HOST ? '' : labelsReversed(wildcard).slice(0, -1);
  for (const [, group] of groups.startingWith(prefix)) yield group;
}

/** The groups after routes have come, gone or changed. */
export function editGroups(
  groups: HostnameGroups,
  changes: readonly Change<AttachedRoute>[],
): HostnameGroups {
  const edits: Edit<ListenerGroups>[] = [];
  for (const [listener, byHostname] of groupChanges(changes)) {
    const before = groups.get(listener) ?? sortedMap<HostnameGroup>();
    const after = before.edit(
      [...byHostname].map(([hostname, change]): Edit<HostnameGroup> => {
        const key = labelsReversed(hostname);
        return [key, editGroup(hostname, before.get(key), change)];
      }),
    );
    edits.push([listener, after.size === 0 ? undefined : after]);
  }
  return groups.edit(edits);
}

interface GroupChange {
  routes: number;
  readonly removed: RankedEntry[];
  readonly added: RankedEntry[];
  readonly plural: Edit<true>[];
}

function groupChanges(
  changes: readonly Change<AttachedRoute>[],
): ReadonlyMap<string, ReadonlyMap<Domain, GroupChange>> {
  const byListener = new Map<string, Map<Domain, GroupChange>>();
  const each = (
    attached: AttachedRoute | undefined,
    visit: (of: GroupChange, plural: boolean) => void,
  ): void => {
    for (const { listener, hostnames } of attached?.places ?? []) {
      const byHostname = byListener.get(listener) ?? new Map<Domain, GroupChange>();
      byListener.set(listener, byHostname);
      for (const hostname of hostnames) {
        const change = byHostname.get(hostname) ?? { routes: 0, removed: [], added: [], plural: [] };
        byHostname.set(hostname, change);
        visit(change, hostnames.length > 1);
      }
    }
  };
  for (const { key, before, after } of changes) {
    each(before, (change) => {
      change.routes -= 1;
      change.removed.push(...(before?.route.entries ?? []));
      change.plural.push([key, undefined]);
    });
    each(after, (change, plural) => {
      change.routes += 1;
      change.added.push(...(after?.route.entries ?? []));
      if (plural) change.plural.push([key, true]);
    });
  }
  return byListener;
}

function editGroup(
  hostname: Domain,
  before: HostnameGroup | undefined,
  change: GroupChange,
): HostnameGroup | undefined {
  const routes = (before?.routes ?? 0) + change.routes;
  if (routes === 0) return undefined;
  return keepObject(before, {
    hostname,
    routes,
    rules: editRules(before?.rules ?? NO_RULES, change.removed, change.added),
    plural: (before?.plural ?? sortedMap<true>()).edit(change.plural),
  });
}
