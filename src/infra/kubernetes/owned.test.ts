import { afterEach, describe, expect, it } from '@jest/globals';
import type { ApiClient, ServerObject } from '../../kubernetes/index.js';
import { ANNOTATIONS } from './names.js';
import { watchOwned, type Owned } from './owned.js';

let owned: Owned | undefined;

afterEach(() => owned?.stop());

function service(resourceVersion: string, ip?: string): ServerObject & { readonly status: object } {
  return {
    metadata: {
      ...{ name: 'edge-windlass', namespace: 'shop', uid: 'u', resourceVersion },
      annotations: { [ANNOTATIONS.fleet]: 'shop/edge' },
    },
    status: { loadBalancer: ip === undefined ? {} : { ingress: [{ ip }] } },
  };
}

/** Follows a server that has this Service and nothing else, and never says more. */
async function following(there: ServerObject): Promise<Owned> {
  const client: ApiClient = {
    call: ({ path }) =>
      Promise.resolve({
        metadata: { resourceVersion: '20' },
        items: path.startsWith('/api/v1/services?') ? [there] : [],
      }),
    stream: ({ signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('it was stopped')));
      }),
    close: () => undefined,
  };
  const ignored = (): undefined => undefined;
  return await new Promise((resolve) => {
    const followed = watchOwned({
      ...{ client, onChange: ignored, onServed: ignored, onFailing: ignored },
      onSynced: () => setImmediate(() => resolve(followed)),
    });
  });
}

function known(): unknown {
  return owned?.get('Service', 'shop', 'edge-windlass')?.status;
}

describe('what a write was answered with', () => {
  it('counts until the watch says more', async () => {
    owned = await following(service('9'));
    owned.wrote('Service', 'shop', 'edge-windlass', service('12', '198.51.100.7'));
    expect(known()).toEqual(service('12', '198.51.100.7').status);
    expect(owned.ofFleet('shop/edge')).toHaveLength(1);
  });

  it('is nothing new where the watch was faster: an address that was assigned meanwhile stays', async () => {
    owned = await following(service('12', '198.51.100.7'));
    owned.wrote('Service', 'shop', 'edge-windlass', service('9'));
    expect(known()).toEqual(service('12', '198.51.100.7').status);
  });

  it('is that there is none, where it was deleted', async () => {
    owned = await following(service('9'));
    owned.wrote('Service', 'shop', 'edge-windlass', undefined);
    expect(known()).toBeUndefined();
    expect(owned.fleets()).toEqual(new Set());
  });
});
