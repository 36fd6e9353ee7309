import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { displayRef, refOf } from '../../resources/index.js';
import { displayDiagnostic } from '../events.js';
import { loadOnce } from './load-once.js';
import { makeFolder, route, type Folder } from './testing/folder.js';

let folder: Folder;
beforeEach(async () => (folder = await makeFolder()));
afterEach(() => folder.remove());

async function load(...names: readonly string[]): Promise<{ objects: string[]; faults: string[] }> {
  const { objects, diagnostics } = await loadOnce(names.length === 0 ? [folder.path] : names.map(folder.at));
  return {
    objects: objects.map((object) => displayRef(refOf(object))),
    faults: diagnostics.map((fault) => displayDiagnostic(fault).replaceAll(`${folder.path}/`, '')),
  };
}

describe('reading a directory', () => {
  it('reads yaml, yml and json files beneath it in the order of names', async () => {
    await folder.write('b.yaml', `${route('b1')}---\n${route('b2')}`);
    await folder.write('a.yml', route('a'));
    await folder.write('c/d.json', '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team"}}');
    await folder.write('notes.txt', 'not: [yaml');
    expect(await load()).toEqual({
      objects: ['HTTPRoute default/a', 'HTTPRoute default/b1', 'HTTPRoute default/b2', 'Namespace team'],
      faults: [],
    });
  });

  it('counts files and documents', async () => {
    await folder.write('a.yaml', `# only words\n---\n${route('a')}---\n${route('b')}`);
    await folder.write('b.yaml', '');
    expect(await loadOnce([folder.path])).toMatchObject({ files: 2, documents: 2 });
  });

  it('gives every object generation 1', async () => {
    await folder.write('a.yaml', route('a').replace('  name: a', '  name: a\n  generation: 7'));
    expect((await loadOnce([folder.path])).objects[0]?.metadata.generation).toBe(1);
  });

  it('leaves out hidden files and what editors leave behind, unless a file is named', async () => {
    for (const name of ['.#a.yaml', '.hidden.yaml', 'a.yaml~', '.a.yaml.swp', '.git/a.yaml'])
      await folder.write(name, route('a'));
    expect(await load()).toEqual({ objects: [], faults: [] });
    expect((await load('a.yaml~')).objects).toEqual(['HTTPRoute default/a']);
    expect((await load('.hidden.yaml')).objects).toEqual(['HTTPRoute default/a']);
  });

  it('reads a mounted ConfigMap once, through its symbolic links', async () => {
    await folder.write('..2024_01/a.yaml', route('a'));
    await symlink('..2024_01', folder.at('..data'));
    await symlink('..data/a.yaml', folder.at('a.yaml'));
    expect(await load()).toEqual({ objects: ['HTTPRoute default/a'], faults: [] });
  });

  it('reads a file once that is reached twice, and ends in a circle of links', async () => {
    await folder.write('a.yaml', route('a'));
    await symlink('a.yaml', folder.at('z.yaml'));
    await mkdir(folder.at('sub'));
    await symlink('..', folder.at('sub/up'));
    expect(await load('.', 'a.yaml')).toEqual({ objects: ['HTTPRoute default/a'], faults: [] });
  });

  it('refuses paths that do not exist, all of them by name', async () => {
    await expect(load('.', 'x.yaml', 'y')).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: `no such file or directory: ${folder.at('x.yaml')}, ${folder.at('y')}`,
    });
  });

  it('says which link leads nowhere and which file is no text', async () => {
    await symlink('nowhere', folder.at('a.yaml'));
    await folder.write('b.yaml', route('b'));
    await writeFile(folder.at('c.yaml'), Buffer.from([0xff, 0xfe, 0x61, 0x00]));
    expect(await load()).toEqual({
      objects: ['HTTPRoute default/b'],
      faults: ['a.yaml:1:1: error: no such file or directory', 'c.yaml:1:1: error: not a UTF-8 text'],
    });
  });

  it('does not mind a byte order mark and CRLF', async () => {
    await folder.write('a.yaml', `\uFEFF${route('a')}---\n${route('b')}`.replaceAll('\n', '\r\n'));
    expect((await load()).objects).toEqual(['HTTPRoute default/a', 'HTTPRoute default/b']);
  });
});

describe('faults', () => {
  it('are all reported, each with its file, line, column, object and field', async () => {
    await folder.write('a.yaml', `${route('good')}---\n${route('bad').replace('port: 80', 'port: eighty')}`);
    await folder.write('b.yaml', 'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  ports: {\n');
    const { objects, faults } = await load();
    expect(objects).toEqual(['HTTPRoute default/good']);
    expect(faults[0]).toMatch(
      /^a\.yaml:24:17: error: HTTPRoute default\/bad: spec\.rules\[0\]\.backendRefs\[0\]\.port: /,
    );
    expect(faults[1]).toMatch(/^b\.yaml:\d+:\d+: error: /);
    expect(faults).toHaveLength(2);
  });

  it('inside a List point at the item', async () => {
    const item = (name: string, port: string): string =>
      route(name)
        .replace('port: 80', `port: ${port}`)
        .replaceAll(/^/gm, '    ')
        .replace('    api', '  - api')
        .trimEnd();
    await folder.write(
      'a.yaml',
      `apiVersion: v1\nkind: List\nitems:\n${item('a', '80')}\n${item('b', 'x')}\n`,
    );
    const { objects, faults } = await load();
    expect(objects).toEqual(['HTTPRoute default/a']);
    expect(faults).toEqual([
      expect.stringMatching(
        /^a\.yaml:26:21: error: HTTPRoute default\/b: spec\.rules\[0\]\.backendRefs\[0\]\.port: /,
      ),
    ]);
  });

  it('of a field written twice leave the object out', async () => {
    await folder.write('a.yaml', `${route('a')}kind: HTTPRoute\n`);
    expect(await load()).toEqual({
      objects: [],
      faults: ['a.yaml:13:1: error: HTTPRoute default/a: the same key is written twice'],
    });
  });

  it('of an object written twice name the first place, in one file or two', async () => {
    await folder.write('a.yaml', `${route('a', 1)}---\n${route('a', 2)}`);
    await folder.write('b.yaml', route('a', 3));
    const { objects, faults } = await load();
    expect(objects).toEqual(['HTTPRoute default/a']);
    const first = 'the same object is already written at a.yaml:4:9';
    expect(faults).toEqual([
      `a.yaml:17:9: error: HTTPRoute default/a: metadata.name: ${first}`,
      `b.yaml:4:9: error: HTTPRoute default/a: metadata.name: ${first}`,
    ]);
  });

  it('of text nested without end do not stop anything', async () => {
    await folder.write('a.yaml', '['.repeat(50_000));
    await folder.write('b.yaml', route('b'));
    const { objects, faults } = await load();
    expect(objects).toEqual(['HTTPRoute default/b']);
    expect(faults[0]).toMatch(/^a\.yaml:1:\d+: error: /);
  });
});
