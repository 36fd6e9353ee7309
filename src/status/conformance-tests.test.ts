import { describe, expect, it } from '@jest/globals';
import { docTable } from '../errors/testing/doc-table.js';
import { GATEWAY_TESTS } from './testing/gateway-api-names.js';
import { faultsOfTests } from './testing/named-tests.js';

const HEADINGS = ['GatewayClass and Gateway', 'HTTPRoute', 'GRPCRoute', 'BackendTLSPolicy', 'ListenerSet', 'TLSRoute', 'TCPRoute', 'UDPRoute']; // prettier-ignore
const rows = HEADINGS.flatMap((heading) => docTable('conformance.md', heading)).map(
  ([name = '', how = '']) => ({
    name: name.replaceAll('`', ''),
    how,
  }),
);

describe('the table of conformance tests', () => {
  it('has every test of the gateway profiles once', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual(GATEWAY_TESTS);
  });

  it('names of each a real-Envoy test that exists, or says why there is none', () => {
    const faults = rows.flatMap(({ name, how }) =>
      how === 'not yet' || /^(cluster only|does not apply): .+/.test(how)
        ? []
        : faultsOfTests(how, 'e2e/').map((fault) => `${name}: ${fault}`),
    );
    expect(faults).toEqual([]);
  });
});
