import { status, type Metadata, type ServerDuplexStream } from '@grpc/grpc-js';

/** Requests and responses pass as the bytes they are. */
export type Duplex = ServerDuplexStream<Buffer, Uint8Array>;

export interface Status {
  readonly code: status;
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
  /** Bytes given to the socket so far, whoever's. */
  readonly written: () => number;
  /** Tells the client to open nothing more on it (GOAWAY); it is closed when the calls on it are over. */
  readonly retire: () => void;
  /** Closes it now, whatever is under way on it. */
  readonly cut: () => void;
}

/** How long a status may take to get out before the connection is cut. Milliseconds. */
const LINGER_MS = 1_000;

/** Progress of a connection is counted in steps that a call's data reaches, and a PING now and then does not: the size of a frame of data. Bytes. */
const STEP = 16 * 1024;

/**
 * A bidirectional call of grpc-js on the server's side, with what the library does not tell of it: how much the socket has yet to take. Open until the
 * client ends it, the connection breaks, or {@link Call.end}.
 */
export class Call {
  readonly #call: Duplex;
  readonly #connection: Connection;
  #onOver: (() => void) | undefined;
  #onTaken: (() => void) | undefined;
  #unsent = 0;
  #sent = 0;
  #over = false;
  #linger: NodeJS.Timeout | undefined;

  constructor(call: Duplex, connection: Connection) {
    this.#call = call;
    this.#connection = connection;
    const isOver = (): void => this.#isOver();
    call.on('cancelled', isOver);
    call.on('error', isOver);
    call.on('close', () => {
      clearTimeout(this.#linger);
      isOver();
    });
    call.on('end', () => this.end());
  }

  get metadata(): Metadata {
    return this.#call.metadata;
  }

  get peer(): string {
    return this.#connection.peer;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Bytes of messages that the socket has not taken to the end. */
  get unsent(): number {
    return this.#unsent;
  }

  /** Grows as what was written is handed to the socket: a window of the client's at a time. */
  get taken(): number {
    return this.#sent + Math.floor(this.#connection.written() / STEP);
  }

  /** From now on messages are read. */
  listen({ onMessage, onTaken, onOver }: CallListener): void {
    this.#onOver = onOver;
    this.#onTaken = onTaken;
    if (this.#over) onOver();
    else this.#call.on('data', onMessage);
  }

  /** Reads no more, but for what was read already, until {@link Call.resume}. */
  pause(): void {
    this.#call.pause();
  }

  resume(): void {
    this.#call.resume();
  }

  /** One message. */
  write(message: Uint8Array): void {
    if (this.#over) return;
    const { length } = message;
    this.#unsent += length;
    this.#call.write(message, (error?: Error | null) => {
      if (error !== undefined && error !== null) return;
      this.#unsent -= length;
      this.#sent += length;
      if (!this.#over) this.#onTaken?.();
    });
  }

  /**
   * Ends the call with a status (OK, unless told otherwise) after what was written. grpc-js cannot cut one call: when the status does not get out soon, the
   * connection is cut. `retire`: the client's next call comes on another connection.
   */
  end(as?: Status, retire = false): void {
    if (this.#over) return;
    if (retire) this.#connection.retire();
    this.#linger = setTimeout(() => this.#connection.cut(), LINGER_MS).unref();
    this.#isOver();
    if (as === undefined || as.code === status.OK) this.#call.end();
    else this.#call.emit('error', Object.assign(new Error(as.details), as));
    // A client that has not ended its side yet: what it still sends is of no interest.
    this.#call.resume();
  }

  #isOver(): void {
    if (this.#over) return;
    this.#over = true;
    this.#onOver?.();
  }
}
