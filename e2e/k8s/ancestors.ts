import { until } from '../harness/until.js';
import type { Condition, World } from './world.js';

/** Waits until a policy, or an XBackend, says these of the Gateway whose routes have to do with it, each as `Type Status Reason`. */
export async function saysOfGateway(
  world: World,
  kind: string,
  name: string,
  ...wanted: readonly string[]
): Promise<void> {
  await until(`${kind} ${name} says ${wanted.join(', ')}`, async () => {
    const found = await world.find(kind, name);
    const { ancestors = [] } = (found?.status ?? {}) as {
      readonly ancestors?: readonly { readonly conditions: readonly Condition[] }[];
    };
    const said = (ancestors[0]?.conditions ?? []).map(
      ({ type, status, reason = '' }) => `${type} ${status} ${reason}`,
    );
    if (wanted.every((each) => said.includes(each))) return true;
    throw new Error(said.join(', '));
  });
}
