// Programs of Node that run in pods, as texts: see `BackendOptions.script`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyPair } from '../harness/authority.js';

const read = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

export const AUTH_SERVER = read('auth-server.mjs');

export function tlsServer(pair: KeyPair): string {
  return `globalThis.PAIR = ${JSON.stringify(pair)};\n${read('tls-server.mjs')}`;
}
