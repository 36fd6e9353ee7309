import { describe, expect, it } from '@jest/globals';
import { parseLogLine } from './log-line.js';

describe('a line of the log of Envoy', () => {
  it.each([
    ['critical', 'error'],
    ['error', 'error'],
    ['warning', 'warn'],
    ['info', 'debug'],
    ['trace', 'debug'],
  ])('of level %s is one of level %s', (level, ours) => {
    const line = JSON.stringify({ level, component: 'config', message: 'a "b"\nc' });
    expect(parseLogLine(line)).toEqual({ level: ours, component: 'config', message: 'a "b"\nc' });
  });

  it('that is not in our format is a warning with the whole line', () => {
    expect(parseLogLine('Caught Segmentation fault')).toEqual({
      level: 'warn',
      component: undefined,
      message: 'Caught Segmentation fault',
    });
  });
});
