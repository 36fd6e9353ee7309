import { readFileSync } from 'node:fs';
import type { Command } from './command.js';
import { EXIT } from './exit-code.js';

/** The version in `package.json`, two folders up from here both in `src/` and in `dist/`. */
export function productVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const parsed: unknown = JSON.parse(text);
  const known = typeof parsed === 'object' && parsed !== null && 'version' in parsed;
  return known ? String(parsed.version) : 'unknown';
}

/** `windlass version`. */
export const version: Command = ({ config, io }) => {
  const value = { windlass: productVersion(), gatewayApi: 'v1.7.0', node: process.versions.node };
  io.stdout.write(
    config.output === 'json'
      ? `${JSON.stringify(value)}\n`
      : `windlass ${value.windlass} (Gateway API ${value.gatewayApi}, Node ${value.node})\n`,
  );
  return Promise.resolve(EXIT.ok);
};
