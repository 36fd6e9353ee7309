import { startBackends, freePort } from './backends.js';
import { type Figures, measure, type Rounds } from './measure.js';
import { residentMb } from './process-figures.js';
import { startProduct } from './product.js';
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
 * Starts the product and, with what the product serves, the floor; measures both, then the rooms one by one; leaves nothing behind.
 * `onOpen` gets what ends it all early.
 */
export async function runScenario(
  scenario: Scenario,
  rounds: Rounds,
  onOpen: (close: () => Promise<void>) => void,
): Promise<Result> {
  const opened: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const each of opened.splice(0).reverse()) await each();
  };
  onOpen(close);
  try {
    const backends = await startBackends();
    opened.push(() => backends.close());
    const port = await freePort();
    const product = await startProduct(worldOf(scenario, port, backends), port);
    opened.push(() => product.close());
    const sides = await bothSides(product);
    const floor = await startFloor(product, sides, await freePort());
    opened.push(() => floor.close());
    const figures = await measure({ product, floor }, rounds);
    const memory = residentMb(product.pid);
    // Alone on the machine: nobody watches any more.
    await close();
    return {
      scenario,
      ...figures,
      stages: await measureStages(scenario, rounds),
      tableBytes: [...(sides.a.get(ROUTES)?.values() ?? [])].reduce(
        (sum, { bytes }) => sum + bytes.length,
        0,
      ),
      startMs: product.startMs,
      residentMb: memory,
    };
  } finally {
    await close();
  }
}

/** What the product serves on each side; it is left on side `a`. */
async function bothSides(
  product: Awaited<ReturnType<typeof startProduct>>,
): Promise<Record<Side, RawTables>> {
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
