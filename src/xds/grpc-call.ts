import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { MessageReader } from './grpc-message.js';

/** Status codes that are used here. https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
export const STATUS = {
  ok: 0,
  deadlineExceeded: 4,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

export interface Status {
  readonly code: (typeof STATUS)[keyof typeof STATUS];
  readonly details: string;
}

/** What a call tells the one who serves it. */
export interface CallListener {
  readonly onMessage: (bytes: Buffer) => void;
  /** The socket has taken some of what was written. */
  readonly onTaken: () => void;
  /** Nothing comes any more, and nothing can be written: the client has ended it, the connection is gone, or it was ended here. Called once. */
  readonly onOver: () => void;
}

/** What the connection of a call can do for it. */
export interface Connection {
  readonly peer: string;
  /** Tells the client to open nothing more on it (GOAWAY); it is closed when the calls on it are over. */
  readonly retire: () => void;
  /** Closes it now, if there is no other call on it. */
  readonly abandon: () => void;
}

/** As much as the socket is given at a time; it is asked for its progress in these steps. Bytes. */
const BATCH = 256 * 1024;

/** How long a status may take to get out before the call is cut. Milliseconds. */
const LINGER_MS = 1_000;

const NOTHING: CallListener = {
  onMessage: () => undefined,
  onTaken: () => undefined,
  onOver: () => undefined,
};

/**
 * A bidirectional gRPC call on the server's side. Open until the client ends it, the connection breaks, or {@link GrpcCall.end}. What is written is not
 * copied: the same memory may be written to many calls, and must not change any more.
 */
export class GrpcCall {
  readonly headers: IncomingHttpHeaders;
  readonly #stream: ServerHttp2Stream;
  readonly #connection: Connection;
  #listener = NOTHING;
  #queue: Uint8Array[] = [];
  #unsent = 0;
  #taken = 0;
  #busy = false;
  #status: Status | undefined;
  #over = false;
  #linger: NodeJS.Timeout | undefined;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, connection: Connection) {
    this.headers = headers;
    this.#stream = stream;
    this.#connection = connection;
  }

  get peer(): string {
    return this.#connection.peer;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Bytes written that the socket has not taken yet. */
  get unsent(): number {
    return this.#unsent;
  }

  /** Bytes that the socket has taken. It only grows. */
  get taken(): number {
    return this.#taken;
  }

  /** From now on messages are read. `mostBytes`: a longer one ends the call. */
  listen(listener: CallListener, mostBytes: number): void {
    this.#listener = listener;
    const stream = this.#stream;
    const reader = new MessageReader(mostBytes);
    stream.on('data', (chunk: Buffer) => {
      if (this.#over) return;
      try {
        for (const message of reader.read(chunk)) listener.onMessage(message);
      } catch (thrown) {
        const details = thrown instanceof Error ? thrown.message : 'unreadable request';
        this.end({ code: STATUS.internal, details });
      }
    });
    stream.on('end', () => this.end({ code: STATUS.ok, details: '' }));
    stream.on('close', () => {
      clearTimeout(this.#linger);
      this.#queue = [];
      this.#isOver();
    });
    // The stream may have been reset while nobody listened: then no event comes any more.
    if (stream.destroyed) this.#isOver();
  }

  /** Reads no more, until {@link GrpcCall.resume}. */
  pause(): void {
    if (!this.#over) this.#stream.pause();
  }

  resume(): void {
    if (!this.#over) this.#stream.resume();
  }

  /** One message, in pieces. */
  write(pieces: readonly Uint8Array[]): void {
    if (this.#over) return;
    const length = lengthOf(pieces);
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(length, 1);
    this.#unsent += length + prefix.length;
    this.#queue.push(prefix, ...pieces);
    if (!this.#stream.headersSent) this.#stream.respond(HEADERS, { waitForTrailers: true });
    this.#pump();
  }

  /**
   * Ends the call with a status, after what was written; cut when that does not get out soon. `retire`: the client's next call comes on another
   * connection.
   */
  end(status: Status, retire = false): void {
    if (this.#status !== undefined) return;
    this.#status = status;
    if (retire) this.#connection.retire();
    const stream = this.#stream;
    if (!stream.destroyed && !stream.closed) {
      this.#linger = setTimeout(() => this.#cut(), LINGER_MS).unref();
      if (stream.headersSent) {
        stream.once('wantTrailers', () => stream.sendTrailers(trailers(status)));
        this.#pump();
      } else {
        stream.respond({ ...HEADERS, ...trailers(status) }, { endStream: true });
      }
      // A client that has not ended its side yet: what it still sends is of no interest.
      stream.resume();
    }
    this.#isOver();
  }

  /** Hands over the next batch once the socket has taken the one before, so that little is ever out of reach. */
  #pump(): void {
    const stream = this.#stream;
    if (this.#busy || stream.destroyed) return;
    const batch = takeBatch(this.#queue);
    const last = batch.pop();
    if (last === undefined) {
      if (this.#status !== undefined && !stream.writableEnded) stream.end();
      return;
    }
    const length = lengthOf(batch) + last.length;
    this.#busy = true;
    stream.cork();
    for (const piece of batch) stream.write(piece);
    stream.write(last, () => {
      this.#busy = false;
      this.#unsent -= length;
      this.#taken += length;
      if (!this.#over) this.#listener.onTaken();
      this.#pump();
    });
    stream.uncork();
  }

  /** The call is reset; when the client did not read, its connection is closed, if it serves nothing else. */
  #cut(): void {
    this.#stream.close(constants.NGHTTP2_CANCEL);
    if (this.#unsent > 0) this.#connection.abandon();
  }

  #isOver(): void {
    if (this.#over) return;
    this.#over = true;
    this.#listener.onOver();
  }
}

const HEADERS = { ':status': 200, 'content-type': 'application/grpc+proto' } as const;

function trailers({ code, details }: Status): Record<string, string> {
  return { 'grpc-status': String(code), 'grpc-message': encodeURIComponent(details).replaceAll('%20', ' ') };
}

function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/** Takes up to {@link BATCH} bytes from the front of a queue; views, no copies. */
function takeBatch(queue: Uint8Array[]): Uint8Array[] {
  const batch: Uint8Array[] = [];
  let room = BATCH;
  while (room > 0) {
    const piece = queue.shift();
    if (piece === undefined) break;
    batch.push(piece.subarray(0, room));
    if (piece.length > room) queue.unshift(piece.subarray(room));
    room -= piece.length;
  }
  return batch;
}
