import type { Closers } from '../src/cli/plane/closers.js';
import { startBackends, freePort } from './backends.js';
import { type Figures, measure, type Rounds } from './measure.js';
import { residentMb } from './process-figures.js';
import { type Product, startProduct } from './product.js';
import { startFloor } from './floor.js';
import { otherSide, type Scenario, type Side, type TableState, worldOf } from './scenarios.js';
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
    const states = await allStates(product);
    const floor = await startFloor(product, states, await freePort(), closers);
    const figures = await measure({ product, floor }, rounds);
    const memory = residentMb(product.pid);
    await closers.close();
    return {
      scenario,
      ...figures,
      stages: await measureStages(scenario, rounds, closers),
      tableBytes: [...(states.aa.get(ROUTES)?.values() ?? [])].reduce(
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

/** What the product serves in each state; it is left in the first. */
async function allStates(product: Product): Promise<Readonly<Record<TableState, RawTables>>> {
  const agent = keptAlive();
  let side: Side = 'a';
  const turn = async (): Promise<RawTables> => {
    side = otherSide(side);
    product.prepare(side);
    product.change(side);
    await firstAnswerFrom(side, product, agent);
    return await tap(product.xdsSocket);
  };
  try {
    const aa = await tap(product.xdsSocket);
    const ba = await turn();
    if (product.churn === undefined) return { aa: await turn(), ba, ab: aa, bb: ba };
    // Whatever was churned before an edit is in force when the edit is: changes keep their order.
    product.churn();
    const ab = await turn();
    const bb = await turn();
    product.churn();
    await turn();
    return { aa, ba, ab, bb };
  } finally {
    agent.destroy();
  }
}
