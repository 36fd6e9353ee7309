import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MessageReader } from './grpc-message.js';

function framed(message: Uint8Array, flag = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

describe('messages of a call', () => {
  it('come out as they went in, wherever the chunks are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 20 })),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (messages, sizes) => {
          let bytes = Buffer.concat(messages.map((message) => framed(message)));
          const reader = new MessageReader(20);
          const read: string[] = [];
          while (bytes.length > 0) {
            const next = sizes.next();
            const size = next.done === true ? 1 : next.value;
            for (const message of reader.read(bytes.subarray(0, size))) read.push(message.toString('hex'));
            bytes = bytes.subarray(size);
          }
          expect(read).toEqual(messages.map((message) => Buffer.from(message).toString('hex')));
        },
      ),
    );
  });

  it('are refused when they are too long, before they are there', () => {
    const [prefix] = [framed(Buffer.alloc(21)).subarray(0, 5)];
    expect(() => [...new MessageReader(20).read(prefix)]).toThrow('21 bytes, more than 20');
  });

  it('are refused when they are compressed', () => {
    expect(() => [...new MessageReader(20).read(framed(Buffer.from('x'), 1))]).toThrow('compressed');
  });
});
