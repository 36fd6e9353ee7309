import type { CurrentCondition, ObjectStatus } from '../../index.js';

/** What a status says, a line for each condition: `Kind condition status reason`, with `listener <name>` before a listener's. */
export function linesOf(status: ObjectStatus<CurrentCondition>): readonly string[] {
  const { kind } = status;
  const told = (conditions: readonly CurrentCondition[], place = ''): readonly string[] =>
    conditions.map((each) => `${kind} ${place}${each.type} ${each.status} ${each.reason}`);
  if ('parents' in status.status) return status.status.parents.flatMap(({ conditions }) => told(conditions));
  if ('ancestors' in status.status)
    return status.status.ancestors.flatMap(({ conditions }) => told(conditions));
  const listeners = 'listeners' in status.status ? status.status.listeners : [];
  return [
    ...told(status.status.conditions),
    ...listeners.flatMap(({ name, conditions }) => told(conditions, `listener ${name} `)),
  ];
}
