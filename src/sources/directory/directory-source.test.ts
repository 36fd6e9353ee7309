import { mkdir, rename, rm, symlink, utimes } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { displayRef, refOf, type KnownObject } from '../../resources/index.js';
import { displayDiagnostic, type SourceChange } from '../events.js';
import { DirectorySource } from './directory-source.js';
import { SETTLE_MS } from './known-files.js';
import { makeFolder, route, until, type Folder } from './testing/folder.js';

const BROKEN = 'kind: [\n';

/** What a consumer of the source knows: every change applied, every report kept. */
class Consumer {
  readonly objects = new Map<string, KnownObject>();
  readonly changes: SourceChange[] = [];
  readonly reports: string[] = [];
  readonly source: DirectorySource;

  constructor(paths: readonly string[], pollMs = 60_000) {
    this.source = new DirectorySource({
      paths,
      pollMs,
      onChange: (change) => {
        this.changes.push(change);
        for (const object of change.upserts) this.objects.set(displayRef(refOf(object)), object);
        for (const ref of change.deletes) this.objects.delete(displayRef(ref));
      },
      onDiagnostics: (_current, { added, fixed }) => {
        for (const fault of added) this.reports.push(`+ ${displayDiagnostic(fault)}`);
        for (const fault of fixed) this.reports.push(`- ${displayDiagnostic(fault)}`);
      },
    });
  }

  get(name: string): KnownObject | undefined {
    return this.objects.get(`HTTPRoute default/${name}`);
  }

  /** The weight in force of a route of `route()`. */
  weight(name: string): number | undefined {
    const object = this.get(name);
    return object?.kind === 'HTTPRoute' ? object.spec.rules?.[0]?.backendRefs?.[0]?.weight : undefined;
  }

  async sees(condition: () => boolean): Promise<void> {
    await until(
      () => JSON.stringify({ objects: [...this.objects.keys()], reports: this.reports }),
      condition,
    );
  }

  /** Waits until the source has read another file than those read before `act`. */
  async readsAfter(act: () => Promise<void>): Promise<void> {
    const before = this.source.stats().filesRead;
    await act();
    await this.sees(() => this.source.stats().filesRead > before);
  }
}

let folder: Folder;
let consumer: Consumer;
beforeEach(async () => (folder = await makeFolder()));
afterEach(async () => {
  await consumer.source.stop();
  await folder.remove();
});

async function follow(...paths: readonly string[]): Promise<void> {
  consumer = new Consumer(paths.length === 0 ? [folder.path] : paths.map(folder.at));
  await consumer.source.start();
}

describe('a directory followed live', () => {
  it('hands on everything at the start as one change', async () => {
    await folder.write('a.yaml', route('a'));
    await folder.write('b.yaml', route('b'));
    await follow();
    expect(consumer.changes).toHaveLength(1);
    expect([...consumer.objects.keys()]).toEqual(['HTTPRoute default/a', 'HTTPRoute default/b']);
  });

  it('does not start on a path that does not exist', async () => {
    consumer = new Consumer([folder.at('none')]);
    await expect(consumer.source.start()).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  it('follows an edit in place; only the edited object is new', async () => {
    await folder.write('a.yaml', `${route('a', 1)}---\n${route('b', 1)}`);
    await follow();
    const b = consumer.get('b');
    await folder.write('a.yaml', `${route('a', 2)}---\n${route('b', 1)}`);
    await consumer.sees(() => consumer.weight('a') === 2);
    expect(consumer.changes[1]?.upserts).toHaveLength(1);
    expect(consumer.get('b')).toBe(b);
  });

  it('follows atomic renames, and parses only the document that changed', async () => {
    await folder.write('a.yaml', `${route('a', 1)}---\n${route('b', 1)}`);
    await follow();
    for (let weight = 2; weight < 5; weight += 1) {
      await folder.replace('a.yaml', `${route('a', weight)}---\n${route('b', 1)}`);
      await consumer.sees(() => consumer.weight('a') === weight);
    }
    expect(consumer.source.stats()).toMatchObject({
      documentsParsed: 5,
      objectsValidated: 5,
      objectsChanged: 5,
    });
  });

  it('follows new files and directories, and deleted ones', async () => {
    await follow();
    await folder.write('sub/deep/a.yaml', route('a'));
    await consumer.sees(() => consumer.weight('a') === 1);
    await folder.write('sub/deep/b.yaml', route('b'));
    await consumer.sees(() => consumer.weight('b') === 1);
    await rm(folder.at('sub/deep/b.yaml'));
    await consumer.sees(() => consumer.get('b') === undefined);
    await rm(folder.at('sub'), { recursive: true });
    await consumer.sees(() => consumer.objects.size === 0);
  });

  it('follows the swap of symbolic links by which a mounted ConfigMap changes', async () => {
    await folder.write('..1/a.yaml', route('a', 1));
    await symlink('..1', folder.at('..data'));
    await symlink('..data/a.yaml', folder.at('a.yaml'));
    await follow();
    await folder.write('..2/a.yaml', route('a', 2));
    await symlink('..2', folder.at('..data_tmp'));
    await rename(folder.at('..data_tmp'), folder.at('..data'));
    await rm(folder.at('..1'), { recursive: true });
    await consumer.sees(() => consumer.weight('a') === 2);
    expect(consumer.changes).toHaveLength(2);
  });

  it('follows a directory that is itself a swapped link', async () => {
    await folder.write('release-1/a.yaml', route('a', 1));
    await folder.write('release-2/a.yaml', route('a', 2));
    await symlink('release-1', folder.at('current'));
    await follow('current');
    await symlink('release-2', folder.at('next'));
    await rename(folder.at('next'), folder.at('current'));
    await consumer.sees(() => consumer.weight('a') === 2);
    await folder.write('release-2/a.yaml', route('a', 3));
    await consumer.sees(() => consumer.weight('a') === 3);
  });

  it('follows a file that is named, through the rename that replaces it', async () => {
    await folder.write('.only', route('a', 1));
    await folder.write('other.yaml', route('other'));
    await follow('.only');
    await folder.replace('.only', route('a', 2));
    await consumer.sees(() => consumer.weight('a') === 2);
    expect([...consumer.objects.keys()]).toEqual(['HTTPRoute default/a']);
  });

  it('takes a change of several files as one', async () => {
    await folder.write('a.yaml', route('a', 1));
    await folder.write('b.yaml', route('b', 1));
    await follow();
    await Promise.all([folder.write('a.yaml', route('a', 2)), folder.write('b.yaml', route('b', 2))]);
    await consumer.sees(() => consumer.weight('a') === 2 && consumer.weight('b') === 2);
    expect(consumer.changes).toHaveLength(2);
  });

  it('does not take a file for deleted that is away while it is replaced', async () => {
    await folder.write('a.yaml', route('a', 1));
    await follow();
    await rename(folder.at('a.yaml'), folder.at('a.yaml~'));
    await folder.write('a.yaml', route('a', 2));
    await consumer.sees(() => consumer.weight('a') === 2);
    expect(consumer.changes.flatMap((change) => change.deletes)).toEqual([]);
  });

  it('deletes at once what a replacement leaves out, even if it got the inode of the file of before', async () => {
    await folder.write('a.yaml', `${route('a')}---\n${route('b')}`);
    await follow();
    const begin = performance.now();
    // The second gets what the first set free, and both are read as one change.
    await folder.replace('a.yaml', `${route('a', 2)}---\n${route('b')}`);
    await folder.replace('a.yaml', route('a', 3));
    await consumer.sees(() => consumer.weight('a') === 3 && consumer.get('b') === undefined);
    expect(performance.now() - begin).toBeLessThan(SETTLE_MS);
  });

  it('finds by polling what no event told', async () => {
    // A link to a directory outside: edits of files in it reach no watch of ours but the poll and the watch on the link's target.
    await folder.write('outside/a.yaml', route('a', 1));
    await mkdir(folder.at('in'));
    await symlink('../middle', folder.at('in/x'));
    await symlink('outside', folder.at('middle'));
    await folder.write('outside-2/a.yaml', route('a', 2));
    consumer = new Consumer([folder.at('in')], 50);
    await consumer.source.start();
    await symlink('outside-2', folder.at('swap'));
    await rename(folder.at('swap'), folder.at('middle'));
    await consumer.sees(() => consumer.weight('a') === 2);
  });

  it('calls nobody after it has stopped', async () => {
    await folder.write('a.yaml', route('a', 1));
    await follow();
    const writing = folder.write('a.yaml', route('a', 2));
    await Promise.all([writing, consumer.source.stop()]);
    await folder.write('a.yaml', route('a', 3));
    expect(consumer.changes).toHaveLength(1);
  });
});

describe('what did not change costs nothing', () => {
  it('a touched file is read, and nothing of it parsed or handed on', async () => {
    await folder.write('a.yaml', route('a'));
    await follow();
    await consumer.readsAfter(() => utimes(folder.at('a.yaml'), new Date(), new Date()));
    expect(consumer.source.stats()).toMatchObject({
      documentsParsed: 1,
      objectsValidated: 1,
      objectsChanged: 1,
    });
    expect(consumer.changes).toHaveLength(1);
  });

  it('a document that moved, within its file or to another, is not parsed again', async () => {
    await folder.write('a.yaml', `${route('a')}---\n${route('b')}`);
    await follow();
    await consumer.readsAfter(() =>
      folder.replace('a.yaml', `# moved\n---\n${route('b')}---\n${route('a')}`),
    );
    await folder.write('b.yaml', route('b'));
    await folder.replace('a.yaml', route('a'));
    await consumer.readsAfter(() => folder.write('c.yaml', ''));
    expect(consumer.source.stats()).toMatchObject({ documentsParsed: 2, objectsChanged: 2 });
  });

  it('of a List only the edited item is new', async () => {
    const list = (weight: number): string => {
      const items = [route('a', 1), route('b', weight)].map(
        (text) => `  - ${text.trimEnd().replaceAll('\n', '\n    ')}\n`,
      );
      return `apiVersion: v1\nkind: List\nitems:\n${items.join('')}`;
    };
    await folder.write('a.yaml', list(1));
    await follow();
    const a = consumer.get('a');
    await folder.replace('a.yaml', list(2));
    await consumer.sees(() => consumer.weight('b') === 2);
    expect(consumer.get('a')).toBe(a);
    expect(consumer.changes[1]?.upserts).toHaveLength(1);
  });

  it('an edit of status or of a comment is no change of the object', async () => {
    await folder.write('a.yaml', route('a'));
    await follow();
    const a = consumer.get('a');
    await consumer.readsAfter(() => folder.replace('a.yaml', `${route('a')}# a comment\n`));
    await consumer.readsAfter(() => folder.replace('a.yaml', `${route('a')}status: { parents: [] }\n`));
    expect(consumer.get('a')).toBe(a);
    expect(consumer.changes).toHaveLength(1);
  });
});

describe('generation', () => {
  it('counts changes of the spec, not of metadata, and starts again with a new object', async () => {
    await folder.write('a.yaml', route('a', 1));
    await follow();
    await folder.replace('a.yaml', route('a', 2));
    await consumer.sees(() => consumer.weight('a') === 2);
    expect(consumer.get('a')?.metadata.generation).toBe(2);
    await folder.replace('a.yaml', route('a', 2, 'new'));
    await consumer.sees(() => consumer.get('a')?.metadata.labels?.['note'] === 'new');
    expect(consumer.get('a')?.metadata.generation).toBe(2);
    await rm(folder.at('a.yaml'));
    await consumer.sees(() => consumer.get('a') === undefined);
    await folder.write('a.yaml', route('a', 3));
    await consumer.sees(() => consumer.weight('a') === 3);
    expect(consumer.get('a')?.metadata.generation).toBe(1);
  });
});

describe('a broken edit', () => {
  it('leaves what runs untouched, is reported once, and is reported as fixed', async () => {
    await folder.write('a.yaml', route('a', 1));
    await follow();
    const bad = route('a', 1).replace('port: 80', 'port: eighty');
    await folder.replace('a.yaml', bad);
    await consumer.sees(() => consumer.reports.length > 0);
    await consumer.readsAfter(() => folder.replace('a.yaml', `# a line above\n${bad}`));
    expect(consumer.changes).toHaveLength(1);
    expect(consumer.weight('a')).toBe(1);
    expect(consumer.source.diagnostics()[0]?.line).toBe(12);
    await folder.replace('a.yaml', route('a', 2));
    await consumer.sees(() => consumer.weight('a') === 2);
    expect(consumer.reports.map((report) => report.slice(0, 2))).toEqual(['+ ', '- ']);
  });

  it('that is a file emptied, and written after a while, deletes nothing', async () => {
    await folder.write('a.yaml', `${route('a')}---\n${route('b')}`);
    await follow();
    await consumer.readsAfter(() => folder.write('a.yaml', ''));
    await consumer.readsAfter(() => folder.write('a.yaml', route('a', 2)));
    expect([...consumer.objects.keys()]).toEqual(['HTTPRoute default/a', 'HTTPRoute default/b']);
    expect(consumer.weight('a')).toBe(1);
    await folder.write('a.yaml', `${route('a', 3)}---\n${route('b')}`);
    await consumer.sees(() => consumer.weight('a') === 3);
    expect(consumer.changes.flatMap(({ deletes }) => deletes)).toEqual([]);
  });

  it('that takes a document out of a file deletes its object once nobody writes any more', async () => {
    await folder.write('a.yaml', `${route('a')}---\n${route('b')}`);
    await follow();
    await folder.write('a.yaml', route('a', 2));
    await consumer.sees(() => consumer.get('b') === undefined);
    expect(consumer.weight('a')).toBe(2);
    expect(consumer.changes).toHaveLength(2);
    await folder.replace('a.yaml', route('c'));
    await consumer.sees(() => consumer.get('c') !== undefined);
    expect(consumer.get('a')).toBeUndefined();
  });

  it('of one document does not hold up the others', async () => {
    await folder.write('a.yaml', `${route('a', 1)}---\n${route('b', 1)}`);
    await follow();
    await folder.replace('a.yaml', `${route('a', 1).replace('80', 'x')}---\n${route('b', 2)}`);
    await consumer.sees(() => consumer.weight('b') === 2);
    expect(consumer.weight('a')).toBe(1);
  });

  it('after which documents cannot be told apart holds up its whole file, and no other', async () => {
    await folder.write('a.yaml', `${route('a', 1)}---\n${route('b', 1)}`);
    await folder.write('c.yaml', route('c', 1));
    await follow();
    await folder.replace('a.yaml', `${BROKEN}---\n${route('b', 2)}`);
    await consumer.sees(() => consumer.reports.length === 1);
    await folder.replace('c.yaml', route('c', 2));
    await consumer.sees(() => consumer.weight('c') === 2);
    expect([consumer.weight('a'), consumer.weight('b')]).toEqual([1, 1]);
    await folder.replace('a.yaml', route('b', 2));
    await consumer.sees(() => consumer.get('a') === undefined);
    expect(consumer.weight('b')).toBe(2);
  });

  it('beside all that runs – a document being typed – holds up nothing', async () => {
    await folder.write('a.yaml', route('a', 1));
    await follow();
    await folder.replace('a.yaml', `${route('a', 2)}---\n${BROKEN}`);
    await consumer.sees(() => consumer.weight('a') === 2);
    expect(consumer.reports).toHaveLength(1);
  });

  it('that writes an object a second time leaves the one that runs, wherever the second stands', async () => {
    await folder.write('b.yaml', route('a', 1));
    await follow();
    await folder.write('a.yaml', route('a', 2));
    await consumer.sees(() => consumer.reports.length === 1);
    expect(consumer.weight('a')).toBe(1);
    expect(consumer.reports[0]).toContain(`already written at ${folder.at('b.yaml')}:4:9`);
    await rm(folder.at('b.yaml'));
    await consumer.sees(() => consumer.weight('a') === 2);
    expect(consumer.reports[1]).toMatch(/^- /);
    expect(consumer.changes.flatMap((change) => change.deletes)).toEqual([]);
  });

  it('at the start leaves out the faulty object, and loads it once it is mended', async () => {
    await folder.write('a.yaml', `${route('a', 1)}---\n${route('b', 1).replace('80', 'x')}`);
    await follow();
    expect([...consumer.objects.keys()]).toEqual(['HTTPRoute default/a']);
    await folder.replace('a.yaml', `${route('a', 1)}---\n${route('b', 1)}`);
    await consumer.sees(() => consumer.weight('b') === 1);
  });

  it('is a directory that goes away: what came from it stays until it is back', async () => {
    await folder.write('dir/a.yaml', route('a', 1));
    await follow('dir');
    await rename(folder.at('dir'), folder.at('gone'));
    await consumer.sees(() => consumer.reports.length === 1);
    expect(consumer.weight('a')).toBe(1);
    await folder.write('gone/a.yaml', route('a', 2));
    await rename(folder.at('gone'), folder.at('dir'));
    await consumer.sees(() => consumer.weight('a') === 2);
    expect(consumer.reports.map((report) => report[0])).toEqual(['+', '-']);
  });
});
