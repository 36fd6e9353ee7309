import { open, stat, type FileHandle } from 'node:fs/promises';
import type { Diagnostic } from '../events.js';
import { describeErrno } from './errno.js';
import { stampOf } from './list-files.js';

/** No file of manifests is larger: this is a log or an image by mistake, and reading it would cost gigabytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What reading a file gave: its text, that it changed while it was read, or why it cannot be read. */
export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'changing' }
  | { readonly kind: 'problem'; readonly problem: Diagnostic };

/** Reads a UTF-8 file whole. A file that is written to meanwhile is `changing`: half of it would be another configuration. */
export async function readText(path: string): Promise<FileText> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const before = await file.stat({ bigint: true });
    if (before.size > MAX_BYTES) return problem(path, `larger than ${MAX_BYTES / 1024 / 1024} MiB`);
    const bytes = await file.readFile();
    if (before.isFile() && stampOf(await stat(path, { bigint: true })) !== stampOf(before))
      return { kind: 'changing' };
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    return problem(path, describeErrno(error));
  } finally {
    await file?.close();
  }
}

function problem(path: string, message: string): FileText {
  return { kind: 'problem', problem: unreadable(path, message) };
}

/** A path that cannot be read at all is a fault at its beginning. */
export function unreadable(path: string, message: string): Diagnostic {
  return {
    file: path,
    line: 1,
    column: 1,
    object: '',
    path: '',
    message,
    rule: 'unreadable',
    severity: 'error',
  };
}
