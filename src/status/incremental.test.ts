import { describe, expect, it } from '@jest/globals';
import { sortedMap, type Edit } from '../collections/index.js';
import { walkedBy } from '../collections/testing/walked-by.js';
import type { Model, RouteModel } from '../routing/index.js';
import { given } from '../routing/testing/given.js';
import { gateway, HTTP, route, services, to } from '../routing/testing/yaml.js';
import { NO_STATUSES, nextProgress, statusesOf, transition, type FleetProgress } from './index.js';

const one = given(gateway(HTTP) + services('a') + route('r0', {}, to('a'))).model();
const later = given(gateway(HTTP) + route('r0', {}, to('a'))).model();
const NOON = new Date('2030-01-01T12:00:00Z');

function named(of: Model, name: string): RouteModel {
  const [model] = of.routes.values();
  if (model === undefined) throw new Error('the model has no route');
  return { ...model, route: { ...model.route, metadata: { ...model.route.metadata, name } } };
}

/** A model with so many routes. */
function withRoutes(count: number): Model {
  const names = Array.from({ length: count }, (_, i) => `r${i}`);
  const routes = sortedMap(
    names.map((name): Edit<RouteModel> => [`HTTPRoute default/${name}`, named(one, name)]),
  );
  return { ...one, routes };
}

function progressOf(model: Model, convicted: readonly string[]): ReadonlyMap<string, FleetProgress> {
  const convictions = convicted.map((object) => ({
    owner: { object, at: 'rules[0]' },
    message: 'no',
    resource: 'routes x',
  }));
  const said = { fleet: 'default/gw', connected: 1, counted: 1, accepted: {}, rejected: [], convictions };
  return new Map(model.gateways.map((each) => ['default/gw', nextProgress(undefined, each, said, 0)]));
}

/** What becomes of the statuses of so many routes when one of them changes, when one is convicted, and when it is free again. */
function changesAt(count: number) {
  const model = withRoutes(count);
  const next = { ...model, routes: model.routes.edit([['HTTPRoute default/r7', named(later, 'r7')], ['HTTPRoute default/r8', undefined]]) }; // prettier-ignore
  let statuses = statusesOf(model, progressOf(model, []), 'c');
  let book = transition(NO_STATUSES, statuses.current, NOON);
  const after = (then: Model, convicted: readonly string[]) => {
    const walked = walkedBy(() => {
      statuses = statusesOf(then, progressOf(then, convicted), 'c', statuses);
      book = transition(book, statuses.current, NOON);
    });
    const changed = book.changed.map(({ ref }) => `${ref.kind} ${ref.name}`);
    return { changed, gone: book.gone, transitions: book.transitions, walked };
  };
  return {
    edited: after(next, []),
    convicted: after(next, ['HTTPRoute default/r9']),
    free: after(next, []),
    nothing: after(next, []),
  };
}

describe('the statuses after a change', () => {
  it('cost the same with 300 and with 10,000 routes', () => {
    const few = changesAt(300);
    expect(few).toMatchObject({
      edited: { changed: ['HTTPRoute r7'], gone: 1 },
      convicted: { changed: ['HTTPRoute r9'], gone: 0 },
      free: { changed: ['HTTPRoute r9'], gone: 0 },
      nothing: { changed: [], gone: 0, transitions: 0 },
    });
    expect(changesAt(10_000)).toEqual(few);
  });

  it('are those that are made from nothing', () => {
    const model = withRoutes(3);
    const before = statusesOf(model, progressOf(model, ['HTTPRoute default/r2']), 'c');
    const next = { ...model, gatewayClasses: [], routes: model.routes.edit([['HTTPRoute default/r1', undefined], ['HTTPRoute default/r0', named(later, 'r0')]]) }; // prettier-ignore
    const progress = progressOf(next, ['HTTPRoute default/r0']);
    expect([...statusesOf(next, progress, 'c', before).current]).toEqual([
      ...statusesOf(next, progress, 'c').current,
    ]);
    const none = { ...next, gateways: [] };
    expect([...statusesOf(none, new Map(), 'c', before).current.keys()]).toEqual([
      'HTTPRoute default/r0',
      'HTTPRoute default/r2',
    ]);
  });
});
