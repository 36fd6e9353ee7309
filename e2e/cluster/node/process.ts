import { readFileSync } from 'node:fs';

/** A process of the host, told from a later one with the same pid by when it started. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks since the machine started. Source: proc(5), `/proc/pid/stat`, field 22. */
  readonly started: string;
}

export function processId(pid: number): ProcessId | undefined {
  const started = startOf(pid);
  return started === undefined ? undefined : { pid, started };
}

export function isAlive({ pid, started }: ProcessId): boolean {
  return startOf(pid) === started;
}

/** Its only child, once there is one. */
export function childOf(pid: number): number | undefined {
  const [child] = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ');
  return child === undefined || child === '' ? undefined : Number(child);
}

function startOf(pid: number): string | undefined {
  // The name of a program may have blanks and brackets in it: what is counted comes behind the last bracket.
  const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
  const [state] = fields;
  return state === 'Z' || state === 'X' ? undefined : fields[19];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
