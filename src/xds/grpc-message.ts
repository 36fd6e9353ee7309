/** Length of the prefix of a message: a flag for compression, and the length of what follows. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const PREFIX = 5;

/** Cuts what comes on a call into messages. */
export class MessageReader {
  readonly #most: number;
  #chunks: Buffer[] = [];
  #length = 0;
  /** Bytes without which there is nothing to be done. */
  #wanted = PREFIX;

  /** @param most bytes of a message */
  constructor(most: number) {
    this.#most = most;
  }

  /** The messages that are complete with this chunk. Throws an Error for one that is too long, or compressed: no compression was offered. */
  *read(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#length >= this.#wanted) {
      // Joined twice per message at most, not with each chunk.
      const all = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
      this.#wanted = PREFIX + this.#lengthOf(all);
      if (all.length < this.#wanted) {
        this.#chunks = [all];
        return;
      }
      const message = all.subarray(PREFIX, this.#wanted);
      const rest = all.subarray(this.#wanted);
      this.#chunks = rest.length > 0 ? [rest] : [];
      this.#length = rest.length;
      this.#wanted = PREFIX;
      yield message;
      chunk = rest;
    }
  }

  #lengthOf(all: Buffer): number {
    const length = all.readUInt32BE(1);
    if (all[0] !== 0) throw new Error('the message is compressed, which was not offered');
    if (length > this.#most) throw new Error(`the message has ${length} bytes, more than ${this.#most}`);
    return length;
  }
}
