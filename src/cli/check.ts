import { displayDiagnostic } from '../sources/index.js';
import type { Command } from './command.js';
import { EXIT } from './exit-code.js';
import { refusalsOf } from './refusals.js';
import { paintFor, type Paint } from './style.js';
import { readWorld } from './world.js';

/**
 * `windlass check`: every fault of every file, as an API server would find it, and what would not be served as written. Refusals are
 * warnings: an API server takes such objects, and their status would tell.
 */
export const check: Command = async ({ config, paths, io }) => {
  const { loaded, model, store } = await readWorld(paths);
  const { diagnostics, files, objects } = loaded;
  const refusals = refusalsOf(model, store);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors + refusals.length;
  const exitCode = errors > 0 ? EXIT.faults : EXIT.ok;
  if (config.output === 'json') {
    const result = { files, objects: objects.length, errors, warnings, diagnostics, refusals };
    io.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    return exitCode;
  }
  const paint = paintFor(io.stdout, config);
  for (const diagnostic of diagnostics)
    io.stdout.write(`${coloured(displayDiagnostic(diagnostic), paint)}\n`);
  for (const { object, field, reason, message } of refusals) {
    io.stdout.write(
      `${coloured(['warning', object, field, reason, message].filter((part) => part !== '').join(': '), paint)}\n`,
    );
  }
  const sum = `${plural(files, 'file')}, ${plural(objects.length, 'object')}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
  io.stdout.write(`${paint(errors > 0 ? 'bad' : 'good', sum)}\n`);
  return exitCode;
};

function coloured(line: string, paint: Paint): string {
  return line.replace(/\b(error|warning): /, (whole, severity: string) =>
    paint(severity === 'error' ? 'bad' : 'warning', whole),
  );
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
