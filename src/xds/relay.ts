import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';

/**
 * A stream for HTTP/2 on a TLS socket: what is written to it goes to `socket`, what comes from there is read from it, and each ends the other.
 *
 * Given the socket itself, Node's HTTP/2 works with its handle and none of its events. When a write of it fails because the client is gone, and there is more
 * to write, TLS takes the failed write to be under way for good, HTTP/2 reads nothing while it writes, and nobody ever reads that the connection has ended
 * (nodejs/node#61304 is another end of it). Of a stream that is no socket HTTP/2 asks only what all streams do: the failed write
 * destroys the socket, and this stream with it.
 */
export function relay(socket: Socket): Duplex {
  const stream = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    // The frames of a turn: together they are one write, and few records of TLS.
    writev: (chunks, done) => {
      const last = chunks.length - 1;
      socket.cork();
      for (const [i, { chunk }] of chunks.entries()) {
        if (i === last) socket.write(chunk as Buffer, done);
        else socket.write(chunk as Buffer);
      }
      socket.uncork();
    },
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk) => {
    if (!stream.push(chunk)) socket.pause();
  });
  socket.on('end', () => stream.push(null));
  socket.on('close', () => stream.destroy());
  return stream;
}
