import type { GatewayModel } from '../routing/index.js';
import type { AcceptedBy } from './acknowledgements.js';
import { generationsOf } from './generations.js';

/** From which snapshot on an Envoy has what a generation produced, for the Gateway ('') and each served listener (its name). */
export type Marks = Readonly<Record<string, Mark>>;

interface Mark {
  readonly generation: number;
  /** Number of the snapshot. */
  readonly since: number;
}

/**
 * Marks the newest snapshot where a generation is new, or a listener is served that was not before: its certificate or its port may have
 * come later than the Gateway. Without a fleet there is no snapshot and nothing is marked.
 */
export function marksOf(previous: Marks, model: GatewayModel, newest: number): Marks {
  const { listeners, fleet } = model;
  if (fleet === undefined) return {};
  const generationOf = generationsOf(model);
  const served = listeners.filter((listener) => listener.served).map(({ name }) => name);
  const mark = (place: string): Mark => {
    const known = previous[place];
    const generation = generationOf(place);
    return known?.generation === generation ? known : { generation, since: newest };
  };
  return Object.fromEntries(['', ...served].map((place) => [place, mark(place)]));
}

/** How many Envoys have accepted what is marked. @param settled of each Envoy that counts: number of the newest snapshot that it accepted */
export function acceptedBy(marks: Marks, settled: readonly number[]): Readonly<Record<string, AcceptedBy>> {
  const of = ({ generation, since }: Mark): AcceptedBy => ({
    generation,
    count: settled.filter((snapshot) => snapshot >= since).length,
  });
  return Object.fromEntries(Object.entries(marks).map(([place, mark]) => [place, of(mark)]));
}
