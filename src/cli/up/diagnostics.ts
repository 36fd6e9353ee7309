import type { Diagnostic, DiagnosticsDiff } from '../../sources/index.js';
import type { Logger } from '../../telemetry/index.js';

/** One event for each fault that appears, and one when it is mended; a fault that stays is not repeated. */
export function logDiagnostics({ added, fixed }: DiagnosticsDiff, logger: Logger): void {
  for (const fault of added) {
    const event = fault.severity === 'error' ? 'invalid input, what runs stays' : 'input needs attention';
    logger[fault.severity === 'error' ? 'error' : 'warn'](event, {
      ...placeOf(fault),
      reason: fault.message,
    });
  }
  for (const fault of fixed) logger.info('input mended', placeOf(fault));
}

function placeOf({ file, line, column, object, path }: Diagnostic): Readonly<Record<string, unknown>> {
  return { at: `${file}:${line}:${column}`, object: given(object), field: given(path) };
}

function given(text: string): string | undefined {
  return text === '' ? undefined : text;
}
