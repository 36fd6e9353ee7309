import { describe, expect, it } from '@jest/globals';
import { compile } from '../../config/index.js';
import { assigned, given, type Scenario } from '../../routing/testing/given.js';
import { callsTo, gateway, grpcRoute, HTTP, route, services, to } from '../../routing/testing/yaml.js';
import { nextProgress, NO_STATUSES, statusesOf, transition, type StatusBook } from '../../status/index.js';
import type { Logger } from '../../telemetry/index.js';
import type { Io } from '../io.js';
import { createReporter } from './report.js';
import { summaryOf } from './summary.js';

const bookOf = (scenario: Scenario, current: number, before: StatusBook = NO_STATUSES): StatusBook => {
  const model = scenario.model();
  const progress = model.gateways.map((gateway) => {
    const { generation = 0 } = gateway.gateway.metadata;
    const accepted = Object.fromEntries(
      ['', ...gateway.listeners.map(({ name }) => name)].map((place) => [
        place,
        { generation, count: current },
      ]),
    );
    const said = { fleet: 'default/gw', connected: 1, counted: 1, accepted, rejected: [] };
    return ['default/gw', nextProgress(undefined, gateway, said, 0)] as const;
  });
  return transition(before, statusesOf(model, new Map(progress), 'c').current, new Date(0));
};
const missing = '{ backendRefs: [{ name: nobody, port: 80 }] }';
const scenario = () =>
  given(gateway(HTTP) + services('a') + route('r', {}, to('a')) + route('bad', {}, missing));

describe('the summary of a status', () => {
  it('is of routes of every kind', () => {
    const s = given(gateway(HTTP) + grpcRoute('calls', {}, callsTo('nobody')));
    const lines = [...bookOf(s, 1).statuses.values()].flatMap(summaryOf);
    expect(lines.map(({ object, state }) => [object, state])).toContainEqual([
      'GRPCRoute default/calls at gw',
      'bad',
    ]);
  });

  const lines = (current: number) => [...bookOf(scenario(), current).statuses.values()].flatMap(summaryOf);

  it('is a line for each Gateway, and one for each listener and route that is not as written', () => {
    expect(lines(1).map(({ object, state, addresses }) => [object, state, addresses])).toEqual([
      ['Gateway default/gw', 'good', '127.0.0.1'],
      ['HTTPRoute default/bad at gw', 'bad', ''],
    ]);
  });

  it('waits while the Envoy has not answered', () => {
    expect(lines(0)[0]).toMatchObject({ state: 'waiting', text: expect.stringMatching(/^Pending: /) });
    expect(lines(0)).toHaveLength(2);
  });

  it('tells of a route of which some rules are not served as written', () => {
    const modifier = (name: string) =>
      `{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: ${name}, value: v }] } }`;
    const s = given(
      gateway(HTTP) +
        services('a') +
        route(
          'part',
          {},
          to('a'),
          `{ filters: [${modifier('host')}], backendRefs: [{ name: a, port: 80 }] }`,
        ),
    );
    expect([...bookOf(s, 1).statuses.values()].flatMap(summaryOf)[1]).toMatchObject({
      object: 'HTTPRoute default/part at gw',
      state: 'bad',
      text: expect.stringMatching(/^UnsupportedValue: /),
    });
  });

  it('keeps the parents of a route apart', () => {
    const parents = '{ name: gw, port: 80 }, { name: gw, port: 81 }, { name: gw, namespace: other }';
    const s = given(
      gateway(HTTP) +
        gateway(HTTP).replace('namespace: default', 'namespace: other') +
        route('bad', { parent: parents }, missing),
    );
    const told = [...bookOf(s, 1).statuses.values()].flatMap(summaryOf);
    expect(told.filter(({ object }) => object.startsWith('HTTPRoute')).map(({ key }) => key)).toEqual([
      'HTTPRoute default/bad at gw port 80',
      'HTTPRoute default/bad at gw port 81',
      'HTTPRoute default/bad at other/gw',
    ]);
  });

  it('tells a port that is not to be had', () => {
    const taken = { bound: false, reason: 'PortUnavailable', message: 'taken' } as const;
    const s = given(gateway(HTTP, '{ name: b, port: 81, protocol: HTTP }')).observe({
      ...assigned('default/gw'),
      ports: { 81: taken },
    });
    expect([...bookOf(s, 1).statuses.values()].flatMap(summaryOf)[1]).toMatchObject({
      object: 'Gateway default/gw listener b',
      state: 'bad',
      text: expect.stringContaining('PortUnavailable'),
    });
  });
});

describe('the report', () => {
  const reporter = (terminal: boolean, ...flags: string[]) => {
    const out: string[] = [];
    const events: string[] = [];
    const note = (event: string, fields: Readonly<Record<string, unknown>> = {}) =>
      void events.push(`${event} ${JSON.stringify(fields)}`);
    const logger: Logger = { error: note, warn: note, info: note, debug: note, child: () => logger };
    const output = { isTerminal: terminal, write: (text: string) => void out.push(text) };
    const surroundings = { env: {}, cwd: '/', home: '/' };
    const io: Io = { stdout: output, stderr: output, surroundings, stopRequested: Promise.resolve('') };
    const { config } = compile(['up', 's', '--no-color', ...flags], surroundings);
    return { reporter: createReporter(config, io, logger), out, events };
  };
  const until = async (done: () => boolean): Promise<void> => {
    const deadline = Date.now() + 5_000;
    while (!done()) {
      if (Date.now() > deadline) throw new Error('nothing was told');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  it('is a table on a terminal, once things have settled', async () => {
    const { reporter: told, out } = reporter(true);
    const s = scenario();
    const pending = bookOf(s, 0);
    told.changed(pending);
    told.changed(bookOf(s, 1, pending));
    await until(() => out.length > 0);
    expect(out.join('')).toMatch(
      /^\nGateway default\/gw +127\.0\.0\.1 +programmed\nHTTPRoute default\/bad at gw +BackendNotFound: /,
    );
    expect(out.join('')).not.toContain('Pending');
  });

  it('on a terminal says so when nothing is served any more', async () => {
    const { reporter: told, out } = reporter(true);
    const s = scenario();
    const first = bookOf(s, 1);
    told.changed(first);
    await until(() => out.length > 0);
    for (const name of ['r', 'bad']) s.remove('HTTPRoute', name);
    told.changed(bookOf(s.remove('Gateway', 'gw'), 1, first));
    await until(() => out.length > 1);
    expect(out[1]).toBe('\nNo Gateway of class windlass.\n');
  });

  it('begins with Gateways, whatever routes are called', async () => {
    const s = given(gateway(HTTP) + grpcRoute('calls', {}, callsTo('nobody')));
    const { reporter: told, out } = reporter(true);
    told.changed(bookOf(s, 1));
    await until(() => out.length > 0);
    expect(out.join('')).toMatch(/^\nGateway default\/gw .*\nGRPCRoute default\/calls at gw /);
  });

  it('is one event for each line elsewhere, and only for what is new, different or gone', async () => {
    const { reporter: told, events } = reporter(false);
    const s = scenario();
    const first = bookOf(s, 1);
    told.changed(first);
    await until(() => events.length >= 2);
    expect(events).toEqual([
      'status {"object":"Gateway default/gw","addresses":"127.0.0.1","state":"programmed"}',
      expect.stringMatching(
        /^not as written \{"object":"HTTPRoute default\/bad at gw","state":"BackendNotFound: /,
      ),
    ]);
    told.changed(bookOf(s.change(route('bad', {}, to('a'))), 1, first));
    await until(() => events.length >= 3);
    expect(events.slice(2)).toEqual([
      'status {"object":"HTTPRoute default/bad at gw","state":"gone or mended"}',
    ]);
  });

  it('is each changed status as a line of JSON with -o json', () => {
    const { reporter: told, out } = reporter(false, '-o', 'json');
    told.changed(bookOf(scenario(), 1));
    expect(out.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual([
      'Gateway',
      'HTTPRoute',
      'HTTPRoute',
    ]);
  });
});
