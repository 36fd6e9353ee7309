import { copyFile, open, stat, truncate } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { WindlassError } from '../../errors/index.js';
import { at } from './json.js';

const POLL_MS = 200;
const CHUNK_BYTES = 65_536;

export interface FollowOptions {
  readonly path: string;
  /** A file that grows beyond this is copied to `<path>.1` and emptied. Bytes. */
  readonly maxBytes: number;
  readonly onLine: (line: string) => void;
  readonly onError: (error: WindlassError) => void;
}

export interface Following {
  /** Reads what is there, then ends. */
  stop(): Promise<void>;
}

/**
 * Hands on every line that is appended to a file from now on. The writer holds the file open for appending, so that it goes on in the emptied file: the log of an Envoy stays
 * bounded and belongs to no process of ours. Lines written while it is being emptied can be lost.
 */
export async function follow(options: FollowOptions): Promise<Following> {
  let offset = await sizeOf(options.path);
  let rest = '';
  let decoder = new StringDecoder('utf8');

  const readNew = async (): Promise<void> => {
    const size = await sizeOf(options.path);
    if (size < offset) {
      offset = 0;
      rest = '';
      decoder = new StringDecoder('utf8');
    }
    if (size === offset) return;
    const file = await open(options.path, 'r');
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, offset);
        if (bytesRead === 0) break;
        offset += bytesRead;
        const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split('\n');
        rest = lines.pop() ?? '';
        lines.forEach(options.onLine);
      }
    } finally {
      await file.close();
    }
    if (offset > options.maxBytes) {
      await copyFile(options.path, `${options.path}.1`);
      await truncate(options.path);
    }
  };

  // One read after the other; a failed one is told, and the next is tried.
  let reading = Promise.resolve();
  const next = (): Promise<void> =>
    (reading = reading.then(readNew).catch((thrown: unknown) => options.onError(WindlassError.from(thrown))));
  const timer = setInterval(() => void next(), POLL_MS);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await next();
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (thrown) {
    if (at(thrown, 'code') === 'ENOENT') return 0;
    throw thrown;
  }
}
