import { describe, expect, it } from '@jest/globals';
import { TestEvents, type TestEvent } from './test-events.js';

const OUTPUT = [
  '\x16=== RUN   TestConformance',
  '    conformance.go:104: Running conformance tests with:',
  '\x16=== RUN   TestConformance/UDPRoute',
  '\x16=== PAUSE TestConformance/UDPRoute',
  '\x16=== RUN   TestConformance/HTTPRouteCORS',
  '\x16=== RUN   TestConformance/HTTPRouteCORS/0_request',
  '    http.go:20: expected 200, got 404',
  '\x16--- FAIL: TestConformance/HTTPRouteCORS/0_request (0.02s)',
  '\x16--- FAIL: TestConformance/HTTPRouteCORS (1.25s)',
  '\x16=== CONT  TestConformance/UDPRoute',
  'written without an end of line\x16=== NAME  TestConformance',
  '    suite.go:1: cleaning up',
  '\x16--- PASS: TestConformance/UDPRoute (30.00s)',
  '',
].join('\n');

function eventsOf(output: string, size: number): readonly TestEvent[] {
  const events = new TestEvents();
  const pieces = Array.from({ length: Math.ceil(output.length / size) }, (_, index) =>
    output.slice(index * size, (index + 1) * size),
  );
  return [...pieces.flatMap((piece) => events.push(piece)), ...events.end()];
}

describe('output of a test binary', () => {
  it('tells which test begins, speaks and ends', () => {
    expect(eventsOf(OUTPUT, OUTPUT.length)).toEqual([
      { kind: 'begun', test: 'TestConformance' },
      {
        kind: 'said',
        test: 'TestConformance',
        text: '    conformance.go:104: Running conformance tests with:',
      },
      { kind: 'begun', test: 'TestConformance/UDPRoute' },
      { kind: 'begun', test: 'TestConformance/HTTPRouteCORS' },
      { kind: 'begun', test: 'TestConformance/HTTPRouteCORS/0_request' },
      {
        kind: 'said',
        test: 'TestConformance/HTTPRouteCORS/0_request',
        text: '    http.go:20: expected 200, got 404',
      },
      { kind: 'ended', test: 'TestConformance/HTTPRouteCORS/0_request', outcome: 'failed', seconds: 0.02 },
      { kind: 'ended', test: 'TestConformance/HTTPRouteCORS', outcome: 'failed', seconds: 1.25 },
      { kind: 'said', test: 'TestConformance/UDPRoute', text: 'written without an end of line' },
      { kind: 'said', test: 'TestConformance', text: '    suite.go:1: cleaning up' },
      { kind: 'ended', test: 'TestConformance/UDPRoute', outcome: 'passed', seconds: 30 },
    ]);
  });

  it('tells the same in pieces of any size', () => {
    for (const size of [1, 2, 7, 64]) expect(eventsOf(OUTPUT, size)).toEqual(eventsOf(OUTPUT, OUTPUT.length));
  });

  it('may end without an end of line', () => {
    expect(eventsOf('\x16=== RUN   TestA\npanic: out of order', 5)).toEqual([
      { kind: 'begun', test: 'TestA' },
      { kind: 'said', test: 'TestA', text: 'panic: out of order' },
    ]);
  });

  it('is not taken for a mark where a test prints one of its own', () => {
    expect(eventsOf('\x16=== RUN   TestA\n--- PASS: TestA (0.00s)\n', 100)).toEqual([
      { kind: 'begun', test: 'TestA' },
      { kind: 'said', test: 'TestA', text: '--- PASS: TestA (0.00s)' },
    ]);
  });
});
