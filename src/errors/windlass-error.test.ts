import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { WindlassError } from './index.js';

describe('WindlassError.from', () => {
  it('returns one of ours as it is', () => {
    const error = new WindlassError('INTERNAL', 'broken');
    expect(WindlassError.from(error)).toBe(error);
  });

  it("keeps a foreign error's message and cause, even from another realm", () => {
    let thrown: unknown;
    try {
      readFileSync('/nowhere/at/all');
    } catch (error) {
      thrown = error;
    }
    const error = WindlassError.from(thrown, 'SOURCE_NOT_FOUND');
    expect(error).toMatchObject({ code: 'SOURCE_NOT_FOUND', cause: thrown });
    expect(error.message).toContain('/nowhere/at/all');
  });

  it('prints anything else into the message', () => {
    expect(WindlassError.from('odd').message).toBe('odd');
  });
});
