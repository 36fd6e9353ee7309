import type { Foretold } from './foretold.js';
import type { State } from './state.js';

/**
 * Whether an answer is the one foretold. @param states that say which endpoints clusters may have
 * @param mayPass who is asked by any state in force: what still stands as it was may have to pass whoever is asked from now on
 */
export function fits(
  foretold: Foretold,
  states: readonly State[],
  mayPass: ReadonlySet<string>,
  answer: string,
): boolean {
  const isUnreachable = (cluster: string): boolean =>
    states.some((state) => state.labels(cluster)?.length === 0);
  const isUnavailable = answer === '503' || answer === 'grpc UNAVAILABLE';
  if (isUnavailable && foretold.auth.some(isUnreachable)) return true;
  if (foretold.kind === 'text') return foretold.answer === answer;
  const { cluster, seen, passed, fails } = foretold;
  if (isUnavailable) return isUnreachable(cluster);
  if (answer === '502') return fails !== false;
  const [, label = '', got = '', marks = ''] = /^200 (\S+) (.*) (\S+)$/.exec(answer) ?? [];
  if (fails === true || got !== seen) return false;
  const hasPassed = passed === '-' || Array.from(passed).every((mark) => marks.includes(mark));
  if (!hasPassed || (marks !== '-' && !Array.from(marks).every((mark) => mayPass.has(mark)))) return false;
  return states.some((state) => state.labels(cluster)?.includes(label));
}

/** For people. */
export function textOf(foretold: Foretold, state: State): string {
  if (foretold.kind === 'text') return foretold.answer;
  const { cluster, seen, passed, fails } = foretold;
  const labels = state.labels(cluster)?.join() ?? '';
  return `${fails === false ? '200' : fails === true ? '502' : '200 or 502'} ${cluster}{${labels}} ${seen} ${passed}`;
}
