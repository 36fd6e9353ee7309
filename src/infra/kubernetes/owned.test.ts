import { afterEach, describe, expect, it } from '@jest/globals';
import type { ApiClient, ServerObject } from '../../kubernetes/index.js';
import { watchOwned, type Owned } from './owned.js';

const PATH = '/api/v1/services';
let owned: Owned | undefined;

afterEach(() => owned?.stop());

/** An API server that has nothing, and tells of Services what it is given to tell. */
function server(): {
  readonly client: ApiClient;
  readonly tell: (type: string, object: ServerObject) => void;
} {
  const lines: Buffer[] = [];
  let wake: (() => void) | undefined;
  async function* told(): AsyncGenerator<Buffer> {
    for (;;) {
      const line = lines.shift();
      if (line !== undefined) yield line;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  async function* silence(): AsyncGenerator<Buffer> {
    yield await new Promise<Buffer>(() => undefined);
  }
  return {
    client: {
      call: () => Promise.resolve({ metadata: { resourceVersion: '1' }, items: [] }),
      stream: ({ path }) => Promise.resolve(path.startsWith(`${PATH}?`) ? told() : silence()),
      close: () => undefined,
    },
    tell: (type, object) => {
      lines.push(Buffer.from(`${JSON.stringify({ type, object })}\n`));
      wake?.();
    },
  };
}

const service = (resourceVersion: string): ServerObject => ({
  metadata: { name: 'edge', namespace: 'shop', uid: 'a', resourceVersion },
});
const version = (): string | undefined => owned?.get('Service', 'shop', 'edge')?.metadata.resourceVersion;

/** What is known of the Service when the watch has told these things while a write was under way, which is answered so. */
async function after(
  told: readonly (readonly [type: string, resourceVersion: string])[],
  answer: ServerObject | undefined,
): Promise<string | undefined> {
  const { client, tell } = server();
  const synced = Promise.withResolvers<undefined>();
  owned = watchOwned({
    client,
    onChange: () => undefined,
    onSynced: () => synced.resolve(undefined),
    onServed: () => undefined,
    onFailing: () => undefined,
  });
  await synced.promise;
  await owned.write('Service', 'shop', 'edge', async () => {
    for (const [type, resourceVersion] of told) tell(type, service(resourceVersion));
    // The watch has its turns before the answer is read.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return answer;
  });
  return version();
}

describe('what a write was answered with', () => {
  it('counts until the watch tells something', async () => {
    expect(await after([], service('5'))).toBe('5');
  });

  it('counts over what the watch told that came before', async () => {
    expect(await after([['ADDED', '4']], service('5'))).toBe('5');
  });

  it('does not count over what came after it, and was told before it was read', async () => {
    const told = [
      ['ADDED', '5'],
      ['MODIFIED', '10'],
    ] as const;
    expect(await after(told, service('5'))).toBe('10');
  });

  it('does not bring back what was deleted meanwhile', async () => {
    const told = [
      ['ADDED', '5'],
      ['DELETED', '6'],
    ] as const;
    expect(await after(told, service('5'))).toBeUndefined();
  });

  it('does not delete what was made anew meanwhile', async () => {
    expect(await after([['ADDED', '7']], undefined)).toBe('7');
  });
});
