import { given, type Scenario } from './given.js';
import { gateway, HTTP, route, services } from './yaml.js';

/** A route whose only rule has these filters (YAML flow mappings). */
export function filtered(
  filters: string,
  {
    match = '{ path: { value: / } }',
    backends = 'backendRefs: [{ name: a, port: 80 }]',
    listener = HTTP,
  } = {},
): Scenario {
  return given(
    gateway(listener) +
      services('a', 'b') +
      route('r', {}, `{ matches: [${match}], filters: [${filters}], ${backends} }`),
  );
}

/** What the backends would receive; throws when nothing is forwarded. */
export function forwarded(s: Scenario, url: string, headers: readonly (readonly [string, string])[] = []) {
  const { outcome } = s.evaluate(url, { headers });
  if (outcome.kind !== 'forward') throw new Error(`not forwarded: ${JSON.stringify(outcome)}`);
  return outcome.shares.map(({ host, path, headers: seen }) => ({
    host,
    path,
    headers: Object.fromEntries(seen),
  }));
}
