import type { ClientsWorld, World } from './world.js';

/** What of a configuration allows and forbids. */
export type Rules = Pick<World, 'granted' | 'policies' | 'clients'>;

/** A Service, or what stands for one. */
export interface Backend {
  readonly namespace: string;
  readonly name: string;
}

/** Whether what was sent to the backend before may not be sent to it like that any more. */
export function forbids(rules: Rules, before: Rules, { namespace, name }: Backend): boolean {
  if (namespace === 'far') return before.granted && !rules.granted;
  if (namespace !== 'default') return false;
  const of = ({ policies }: Rules): string | undefined =>
    Object.entries(policies).find(([one]) => one === name)?.[1];
  return of(rules) !== undefined && of(rules) !== of(before);
}

/** Whether clients may be refused that were let in before. */
export function isStricter(clients: ClientsWorld, before: ClientsWorld): boolean {
  return (clients === 'ca-right' || clients === 'ca-wrong') && clients !== before;
}
