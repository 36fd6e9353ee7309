import { ask, type Answer } from '../../e2e/harness/request.js';
import type { Example } from '../expectation.ts';

export const example: Example = {
  gateway: 'shop',
  steps: [
    {
      what: 'a browser has one endpoint of each version of the cart',
      check: async (address) => {
        const seen = await browse(address, '/', 150);
        const counts = ['cart', 'cart-next'].map((name) =>
          seen.filter((each) => each.startsWith(`${name} `)),
        );
        return counts.every((each) => new Set(each).size === 1) ? undefined : [...new Set(seen)].join(', ');
      },
    },
    {
      what: 'the weights are kept all the same',
      check: async (address) => {
        const seen = await browse(address, '/', 300);
        const next = seen.filter((each) => each.startsWith('cart-next ')).length;
        // Within four standard deviations of 30.
        return Math.abs(next - 30) <= 21 ? undefined : `${next} of 300 reached cart-next`;
      },
    },
    {
      what: 'the cookie ends with the browser, and scripts cannot read it',
      check: async (address) => {
        const [line = ''] = (await get(address, '/')).headers['set-cookie'] ?? [];
        return line.includes('; HttpOnly') && !line.includes('Max-Age') ? undefined : line;
      },
    },
    {
      what: 'a device that sends the header back keeps its endpoint',
      check: async (address) => {
        const first = await get(address, '/devices');
        const session = String(first.headers['x-cart']);
        const seen = new Set([endpointOf(first)]);
        for (let i = 0; i < 20; i += 1)
          seen.add(endpointOf(await get(address, '/devices', [['x-cart', session]])));
        return seen.size === 1 ? undefined : [...seen].join(', ');
      },
    },
    {
      what: 'a reader of reports keeps its endpoint for a day',
      check: async (address) => {
        const [line = ''] = (await get(address, '/reports')).headers['set-cookie'] ?? [];
        if (!/^reports=.*; Max-Age=86400;/.test(line)) return line;
        const seen = new Set(await browse(address, '/reports', 20));
        return seen.size === 1 ? undefined : [...seen].join(', ');
      },
    },
  ],
};

function get(
  address: string,
  path: string,
  headers: readonly (readonly [string, string])[] = [],
): Promise<Answer> {
  return ask({ address, port: 8080, host: 'shop.example', path, headers });
}

/** The Service and the endpoint that answered. */
function endpointOf({ status, body }: Answer): string {
  if (status !== 200) return String(status);
  const { backend, endpoint } = JSON.parse(body) as { readonly backend: string; readonly endpoint: string };
  return `${backend} ${endpoint}`;
}

/** Who answers the requests of one browser, which keeps its cookies. */
async function browse(address: string, path: string, times: number): Promise<readonly string[]> {
  const cookies = new Map<string, string>();
  const seen: string[] = [];
  for (let i = 0; i < times; i += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await get(address, path, cookie === '' ? [] : [['cookie', cookie]]);
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=("[^"]*"|[^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    seen.push(endpointOf(answer));
  }
  return seen;
}
