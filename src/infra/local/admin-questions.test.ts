import { describe, expect, it } from '@jest/globals';
import { boundAddresses } from './admin-questions.js';

describe('the addresses that an Envoy holds', () => {
  it('are of UDP by the name of their listener, since the admin interface says nothing of it', async () => {
    const local = (name: string) => ({
      name,
      local_address: { socket_address: { address: '127.0.0.1', port_value: 53 } },
    });
    const listeners = { listener_statuses: [local('gateway/a/b/53'), local('gateway/a/b/udp/53')] };
    const get = () => Promise.resolve(JSON.stringify(listeners));
    const bound = await boundAddresses({ get, post: get });
    expect(bound.map(({ port, transport }) => `${transport} ${port}`)).toEqual(['tcp 53', 'udp 53']);
  });
});
