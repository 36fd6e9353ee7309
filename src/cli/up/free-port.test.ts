import { describe, expect, it } from '@jest/globals';
import { listenOnFreePort } from './free-port.js';

/** Ports up to `last` are another's. */
function listener(last: number) {
  const tried: number[] = [];
  const listen = (port: number): Promise<number> => {
    tried.push(port);
    return port <= last ? Promise.reject(new Error(`${port} is in use`)) : Promise.resolve(port);
  };
  return { tried, listen };
}

describe('a port that is asked for', () => {
  it('is the one, or the next on which one can listen', async () => {
    expect(await listenOnFreePort(18_000, '--xds-port', listener(0).listen)).toBe(18_000);
    expect(await listenOnFreePort(18_000, '--xds-port', listener(18_002).listen)).toBe(18_003);
  });

  it('is one of ten, or none', async () => {
    const { tried, listen } = listener(65_535);
    await expect(listenOnFreePort(18_000, '--xds-port', listen)).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
      message: 'no port can be bound: 18009 is in use; give another --xds-port',
    });
    expect(tried).toHaveLength(10);
  });

  it('that may be any is left to the system', async () => {
    const { tried, listen } = listener(-1);
    expect(await listenOnFreePort(0, '--xds-port', listen)).toBe(0);
    expect(tried).toEqual([0]);
  });
});
