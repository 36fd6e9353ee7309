import { createInterface } from 'node:readline';
import type { KeyPair } from '../harness/authority.js';
import { startScript } from './script.js';
import type { Instance } from './world.js';

/** The process of backends: see `backends.ts`. */
export interface Backends {
  /** Resolves when the instance listens. */
  start(name: string): Promise<Instance>;
  stop(name: string): void;
  close(): Promise<void>;
}

export interface BackendOptions extends KeyPair {
  readonly address: string;
}

export function startBackends(options: BackendOptions): Backends {
  const { child, end } = startScript('backends.ts', [JSON.stringify(options)]);
  const waiting = new Map<string, (instance: Instance) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const instance = JSON.parse(line) as Instance;
    waiting.get(instance.name)?.(instance);
    waiting.delete(instance.name);
  });
  const send = (command: object): void => void child.stdin.write(`${JSON.stringify(command)}\n`);
  return {
    start: (name) =>
      new Promise((resolve) => {
        waiting.set(name, resolve);
        send({ start: name });
      }),
    stop: (name) => send({ stop: name }),
    close: end,
  };
}
