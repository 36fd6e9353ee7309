import { describe, expect, it } from '@jest/globals';
import { expandList } from './list.js';
import { parseYaml } from './parse-yaml.js';
import { splitList } from './split-list.js';

function whole(text: string): unknown[] {
  return expandList(parseYaml(text).value).map(({ raw }) => raw);
}

function parts(text: string): unknown[] | undefined {
  return splitList({ text, firstLine: 1 })?.flatMap((part) => whole(part.text));
}

const KUBECTL = `apiVersion: v1
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: a}
  data:
    text: |
      - not an item
      # not a comment
    more: "one

      - two"
# about b
- kind: Namespace

  metadata:
    name: b
kind: List
metadata:
  resourceVersion: ""
`;

describe('cutting a List into its items', () => {
  it('gives what parsing the whole gives', () => {
    expect(parts(KUBECTL)).toEqual(whole(KUBECTL));
    expect(whole(KUBECTL)).toHaveLength(2);
  });

  it('does so whatever the indentation and the line ends', () => {
    const indented = KUBECTL.replace(
      /items:\n([^]*)kind: List/,
      (_all, items: string) => `items:\n${items.replaceAll(/^/gm, '  ').trimEnd()}\nkind: List`,
    );
    expect(parts(indented)).toEqual(whole(KUBECTL));
    expect(parts(KUBECTL.replaceAll('\n', '\r\n'))).toEqual(whole(KUBECTL));
    expect(parts('kind: List\nitems:\n-\n  kind: A\n- kind: B')).toEqual([{ kind: 'A' }, { kind: 'B' }]);
  });

  it('keeps lines and columns', () => {
    expect(splitList({ text: 'kind: List\nitems:\n  - a: 1\n    b: 2\n  - c: 3\n', firstLine: 5 })).toEqual([
      { text: 'kind: List\nitems: []\n\n\n\n', firstLine: 5 },
      { text: '    a: 1\n    b: 2\n', firstLine: 7 },
      { text: '    c: 3\n', firstLine: 9 },
    ]);
  });

  it('keeps the faults of what is around the items', () => {
    const [head] = splitList({ text: `${KUBECTL}kind: List\n`, firstLine: 1 }) ?? [];
    expect(parseYaml(head?.text ?? '').faults).toMatchObject([{ rule: 'duplicateKey' }]);
  });

  it('leaves alone what has to be read as a whole', () => {
    const all = [
      'kind: List\nitems: [{kind: A}]\n',
      '{"kind": "List",\n"items": [{"kind": "A"}]}\n',
      'kind: HTTPRouteList\nitems:\n- metadata: {name: a}\n',
      'kind: List\nitems:\n- &a {kind: A}\n- *a\n',
      'kind: List\nitems:\n  - kind: A\n - kind: B\n',
      'kind: List\nitems:\n-\n- kind: A\n',
      'kind: List\nitems:\n',
      'kind: A\nspec:\n  items:\n  - 1\n',
    ];
    for (const text of all) expect(splitList({ text, firstLine: 1 })).toBeUndefined();
  });
});
