import type { Foretold } from './foretold.js';
import type { State } from './state.js';

/** Whether an answer is the one foretold. @param states that say which endpoints clusters may have */
export function fits(foretold: Foretold, states: readonly State[], answer: string): boolean {
  const isUnreachable = (cluster: string): boolean =>
    states.some((state) => state.labels(cluster)?.length === 0);
  const isUnavailable = answer === '503' || answer === 'grpc UNAVAILABLE';
  if (isUnavailable && foretold.auth.some(isUnreachable)) return true;
  if (foretold.kind === 'text') return foretold.answer === answer;
  const { cluster, seen, fails } = foretold;
  if (isUnavailable) return isUnreachable(cluster);
  if (answer === '502') return fails !== false;
  if (fails === true || !answer.startsWith('200 ') || !answer.endsWith(` ${seen}`)) return false;
  const label = answer.slice('200 '.length, -seen.length - 1);
  return states.some((state) => state.labels(cluster)?.includes(label));
}

/** For people. */
export function textOf(foretold: Foretold, state: State): string {
  if (foretold.kind === 'text') return foretold.answer;
  const { cluster, seen, fails } = foretold;
  const labels = state.labels(cluster)?.join() ?? '';
  return `${fails === false ? '200' : fails === true ? '502' : '200 or 502'} ${cluster}{${labels}} ${seen}`;
}
