import type { Closers } from '../src/cli/up/closers.js';
import { startBackends, freePort } from './backends.js';
import { type Figures, measure, type Rounds } from './measure.js';
import { residentMb } from './process-figures.js';
import { type Product, startProduct } from './product.js';
import { startFloor } from './floor.js';
import { type Scenario, type Side, worldOf } from './scenarios.js';
import { firstAnswerFrom, keptAlive } from './clocks.js';
import { measureStages, type Stages } from './stages.js';
import { tap } from './tap.js';
import { ROUTES, type RawTables } from './resources.js';

export interface Result {
  readonly scenario: Scenario;
  readonly product: Figures;
  readonly floor: Figures;
  /** Bytes of the route table. */
  readonly tableBytes: number;
  /** From the start of `windlass up` to the first right answer by the last route. */
  readonly startMs: number;
  /** Resident memory of `windlass up`, in MB: after all changes, and at its highest. */
  readonly residentMb: { readonly now: number; readonly peak: number };
  /** What each room adds to an edit. */
  readonly stages: Stages;
}

/**
 * Starts the product and, with what the product serves, the floor; measures both, then the rooms one by one; leaves nothing behind. What is
 * open at any moment is in `closers`.
 */
export async function runScenario(scenario: Scenario, rounds: Rounds, closers: Closers): Promise<Result> {
  try {
    const backends = await startBackends();
    closers.add(() => backends.close());
    const port = await freePort();
    const product = await startProduct(worldOf(scenario, port, backends), port, closers);
    const sides = await bothSides(product);
    const floor = await startFloor(product, sides, await freePort(), closers);
    const figures = await measure({ product, floor }, rounds);
    const memory = residentMb(product.pid);
    await closers.close();
    return {
      scenario,
      ...figures,
      stages: await measureStages(scenario, rounds, closers),
      tableBytes: [...(sides.a.get(ROUTES)?.values() ?? [])].reduce(
        (sum, { bytes }) => sum + bytes.length,
        0,
      ),
      startMs: product.startMs,
      residentMb: memory,
    };
  } finally {
    await closers.close();
  }
}

/** What the product serves on each side; it is left on side `a`. */
async function bothSides(product: Product): Promise<Record<Side, RawTables>> {
  const agent = keptAlive();
  const turn = async (side: Side): Promise<void> => {
    product.prepare(side);
    product.change(side);
    await firstAnswerFrom(side, product, agent);
  };
  try {
    const a = await tap(product.xdsSocket);
    await turn('b');
    const b = await tap(product.xdsSocket);
    await turn('a');
    return { a, b };
  } finally {
    agent.destroy();
  }
}
