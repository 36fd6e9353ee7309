import { refOf, type ObjectRef } from '../resources/index.js';
import type { GatewayModel } from '../routing/index.js';
import { generationsOf } from './generations.js';
import { noProgress, type FleetProgress } from './progress.js';
import type { Programmed } from './programmed.js';
import { fieldOf, listAt, type Json } from './json.js';

/**
 * How far a fleet had got as an earlier process left it: what the server says is programmed in this generation is so, and nobody is connected yet. So
 * a restart of the control plane is no news for whoever reads statuses, unless the Envoys do not come back.
 * @param statusOf `status` of the object as the server has it
 * @param now milliseconds
 * @returns undefined: it had got nowhere
 */
export function resumedProgress(
  model: GatewayModel,
  statusOf: (ref: ObjectRef) => unknown,
  now: number,
): FleetProgress | undefined {
  const { gateway, listeners, listenerSets } = model;
  const generationOf = generationsOf(model);
  const own = statusOf(refOf(gateway));
  if (!isProgrammed(listAt(own, 'conditions'), gateway.metadata.generation)) return undefined;
  const sets = new Map(
    listenerSets.map(({ listenerSet }) => [
      `${listenerSet.metadata.namespace ?? ''}/${listenerSet.metadata.name}`,
      listenerSet,
    ]),
  );
  const resumed = (place: string): Programmed => ({
    kind: 'alone',
    generation: generationOf(place),
    since: now,
  });
  const programmed = listeners.filter(({ served, section, set }) => {
    const written = set === undefined ? gateway : sets.get(set);
    if (!served || written === undefined) return false;
    const status = set === undefined ? own : statusOf(refOf(written));
    const known = listAt(status, 'listeners').find(({ name }) => name === section);
    return isProgrammed(listAt(known, 'conditions'), written.metadata.generation);
  });
  return {
    ...noProgress(model),
    gateway: resumed(''),
    listeners: Object.fromEntries(programmed.map(({ name }) => [name, resumed(name)])),
  };
}

function isProgrammed(conditions: readonly Json[], generation: number | undefined): boolean {
  const found = conditions.find(({ type }) => type === 'Programmed');
  return found?.['status'] === 'True' && fieldOf(found, 'observedGeneration') === generation;
}
