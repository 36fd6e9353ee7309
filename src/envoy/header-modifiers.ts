import { envoy } from '../proto/index.js';
import type { HeaderModifier } from '../routing/index.js';

type HeaderValueOption = envoy.config.core.v3.HeaderValueOption;

/** The four fields that routes and weighted clusters have in common. Absent where there is nothing to do. */
export interface HeaderMutations {
  readonly requestHeadersToAdd?: readonly HeaderValueOption[];
  readonly requestHeadersToRemove?: readonly string[];
  readonly responseHeadersToAdd?: readonly HeaderValueOption[];
  readonly responseHeadersToRemove?: readonly string[];
}

/** Header modifiers as Envoy's mutations: it removes first, then sets and adds in order. */
export function headerMutations(
  request: readonly HeaderModifier[],
  response: readonly HeaderModifier[],
): HeaderMutations {
  const requestSteps = inOrder(request);
  const responseSteps = inOrder(response);
  return {
    ...(requestSteps.add.length > 0 && { requestHeadersToAdd: requestSteps.add }),
    ...(requestSteps.remove.length > 0 && { requestHeadersToRemove: requestSteps.remove }),
    ...(responseSteps.add.length > 0 && { responseHeadersToAdd: responseSteps.add }),
    ...(responseSteps.remove.length > 0 && { responseHeadersToRemove: responseSteps.remove }),
  };
}

export function changesNothing({ set, add, remove }: HeaderModifier): boolean {
  return set.length === 0 && add.length === 0 && remove.length === 0;
}

/**
 * Several modifiers, applied one after another, as one: what a later one removes or sets, no earlier one may set or add, since Envoy applies
 * all that overwrites before all that appends. Written out here because Envoy applies a weighted cluster's mutations before its route's, and the API a rule's filters before a backendRef's.
 */
function inOrder(modifiers: readonly HeaderModifier[]): {
  add: readonly HeaderValueOption[];
  remove: readonly string[];
} {
  let add: HeaderValueOption[] = [];
  const remove = new Set<string>();
  for (const modifier of modifiers) {
    const removed = new Set(modifier.remove.map((name) => name.toLowerCase()));
    const replaced = removed.union(new Set(modifier.set.map(({ name }) => name.toLowerCase())));
    add = add.filter((option) => !replaced.has(option.header?.key?.toLowerCase() ?? ''));
    for (const name of removed) remove.add(name);
    add.push(
      ...modifier.set.map((header) =>
        mutation(
          header,
          envoy.config.core.v3.HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
        ),
      ),
      ...modifier.add.map((header) =>
        mutation(header, envoy.config.core.v3.HeaderValueOption.HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD),
      ),
    );
  }
  return { add, remove: [...remove] };
}

function mutation(
  { name, value }: { readonly name: string; readonly value: string },
  appendAction: envoy.config.core.v3.HeaderValueOption.HeaderAppendAction,
): HeaderValueOption {
  return {
    // A lone % begins a command in Envoy's header formatter, and an unknown command is refused with the whole table.
    header: { key: name, value: value.replaceAll('%', '%%') },
    appendAction,
    ...(value === '' && { keepEmptyValue: true }),
  };
}
