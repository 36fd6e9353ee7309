import { ApiError } from './api-error.js';
import type { ServerObject } from './server-object.js';

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: ServerObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

/**
 * The events of a watch, those that arrived together as one list. Source: Kubernetes API concepts, efficient detection of changes.
 * @throws ApiError what the server says in an ERROR event, status 410 among them; and of a line that is none
 */
export async function* watchEvents(body: AsyncIterable<Buffer>): AsyncGenerator<readonly WatchEvent[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(NEWLINE);
    // Cut at a newline, which is never a part of a character.
    rest = bytes.subarray(end + 1);
    if (end < 0) continue;
    const lines = bytes.toString('utf8', 0, end).split('\n');
    yield lines.filter((line) => line !== '').map(eventOf);
  }
}

const NEWLINE = 0x0a;

interface Line {
  readonly type: string;
  readonly object: ServerObject & {
    readonly code?: number;
    readonly reason?: string;
    readonly message?: string;
  };
}

function eventOf(line: string): WatchEvent {
  const { type, object } = parsed(line);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object };
    case 'BOOKMARK':
      return { type, resourceVersion: object.metadata.resourceVersion ?? '' };
    default:
      throw new ApiError(`the watch failed: ${object.message ?? type}`, {
        status: object.code ?? 0,
        reason: object.reason ?? '',
      });
  }
}

function parsed(line: string): Line {
  try {
    return JSON.parse(line) as Line;
  } catch (cause) {
    throw new ApiError('a line of the watch is no JSON', { status: 0 }, { cause });
  }
}
