import { describe, expect, it } from '@jest/globals';
import { forgetRemoved, newRecent, recall, remember } from './recent.js';
import { resource, snapshot } from './testing/resources.js';

describe('what was sent lately', () => {
  it('is found by its version, with the same sections', () => {
    const recent = newRecent();
    const table = resource('routes', 't');
    remember(recent, table);
    expect(recall(recent, 'routes', 't', table.version)).toEqual({ ...table });
    expect(recall(recent, 'routes', 't', table.version)?.sections).toBe(table.sections);
    expect(recall(recent, 'routes', 't', 'other')).toBeUndefined();
    expect(recall(recent, 'listener', 't', table.version)).toBeUndefined();
  });

  it('does not hold the object that was sent, to which its bytes belong', () => {
    const recent = newRecent();
    const table = resource('routes', 't');
    remember(recent, table);
    expect(recall(recent, 'routes', 't', table.version)).not.toBe(table);
  });

  it('is the last 32 contents of a name, of which one that was sent again is the newest', () => {
    const recent = newRecent();
    const contents = Array.from({ length: 40 }, (_, i) => resource('routes', 't', i));
    for (const [i, each] of contents.entries()) {
      remember(recent, each);
      if (i === 20 && contents[0] !== undefined) remember(recent, contents[0]);
    }
    const known = contents.filter(({ version }) => recall(recent, 'routes', 't', version) !== undefined);
    expect(known).toEqual([contents[0], ...contents.slice(-31)]);
  });

  it('is listeners and tables that still exist', () => {
    const recent = newRecent();
    const all = [resource('routes', 't'), resource('routes', 'u'), resource('cluster', 'c')];
    for (const each of all) remember(recent, each);
    forgetRemoved(recent, snapshot(resource('routes', 'u', 2)));
    expect([...recent.keys()]).toEqual(['routes u']);
  });
});
