import type { google } from '../proto/index.js';

interface PerFilter {
  readonly typedPerFilterConfig?: Readonly<Record<string, google.protobuf.Any>> | undefined;
}

/**
 * What several say to filters of one route, together: a later one must not take the place of an earlier one, as it would where messages are merged
 * field by field. Nothing is said where none says anything.
 */
export function perFilter(...those: readonly PerFilter[]): PerFilter {
  const entries = those.flatMap(({ typedPerFilterConfig = {} }) => Object.entries(typedPerFilterConfig));
  return entries.length === 0 ? {} : { typedPerFilterConfig: Object.fromEntries(entries) };
}
