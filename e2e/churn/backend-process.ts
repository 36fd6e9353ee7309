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

/** What each instance shows when it is spoken to by TLS. */
export type BackendOptions = KeyPair;

type Line = Instance | { readonly name: string; readonly taken: true };

/** @param addressOf of each instance that is tried, by a number from 1 on */
export function startBackends(options: BackendOptions, addressOf: (number: number) => string): Backends {
  const { child, end } = startScript('backends.ts', [JSON.stringify(options)]);
  const waiting = new Map<string, (instance: Instance) => void>();
  let tried = 0;
  const send = (command: object): void => void child.stdin.write(`${JSON.stringify(command)}\n`);
  const tryToStart = (name: string): void => {
    tried += 1;
    send({ start: name, address: addressOf(tried) });
  };
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    if ('taken' in line) {
      tryToStart(line.name);
      return;
    }
    waiting.get(line.name)?.(line);
    waiting.delete(line.name);
  });
  return {
    start: (name) =>
      new Promise((resolve) => {
        waiting.set(name, resolve);
        tryToStart(name);
      }),
    stop: (name) => send({ stop: name }),
    close: end,
  };
}
