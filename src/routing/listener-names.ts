/** Names a ListenerSet, or whatever has a namespace. */
export interface SetName {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/**
 * The name by which a Gateway knows a listener; whatever is served for it is named for this. Of its own listeners it is the one that is written there; of
 * those that a ListenerSet brings `<namespace>/<set>/<listener>`, since sets may use a name again. No name of Kubernetes holds a slash.
 */
export function nameInGateway(section: string, set?: SetName): string {
  return set === undefined ? section : `${set.namespace ?? ''}/${set.name}/${section}`;
}
