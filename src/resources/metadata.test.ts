import { describe, expect, it } from '@jest/globals';
import { errorsOf } from './testing/faults.js';

function errorsOfMetadata(metadata: string, kind = 'ConfigMap'): readonly string[] {
  return errorsOf(`{apiVersion: v1, kind: ${kind}, metadata: ${metadata}}`);
}

describe('metadata', () => {
  it.each([
    '{name: a.b-c}',
    '{name: a, namespace: b}',
    '{name: a, labels: {app.kubernetes.io/name: A_b.c, plain: ""}}',
    '{name: a, annotations: {Example.com/Any: "x y"}, creationTimestamp: null}',
  ])('may be %s', (metadata) => {
    expect(errorsOfMetadata(metadata)).toEqual([]);
  });

  it.each(['Service', 'Namespace', 'Secret', 'ConfigMap'])('without a name is a fault of any %s', (kind) => {
    for (const metadata of ['{}', 'null', '{name: null}', '{name: ""}']) {
      expect(errorsOf(`{apiVersion: v1, kind: ${kind}, metadata: ${metadata}}`)).toEqual([
        'metadata.name: is required',
      ]);
    }
  });

  it.each([
    ['{}', 'metadata.name: is required'],
    ['{generateName: a-}', 'metadata.name: is required; generateName is not used here'],
    ['{name: A}', 'metadata.name: "A" must be lower-case'],
    ['{name: a_b}', 'metadata.name: "a_b" must be lower-case'],
    ['{name: 1}', 'metadata.name: must be string, not integer'],
    ['{name: a, namespace: b.c}', 'metadata.namespace: "b.c" must be lower-case'],
    ['{name: a, labels: {"a b": c}}', 'metadata.labels["a b"]: "a b" must be letters'],
    ['{name: a, labels: {a/b/c: d}}', 'metadata.labels["a/b/c"]: must be a name with at most one prefix'],
    ['{name: a, labels: {A/b: d}}', 'metadata.labels["A/b"]: has a prefix that'],
    ['{name: a, labels: {a: "-b"}}', 'metadata.labels.a: "-b" must be empty, or letters'],
    ['{name: a, labels: {a: 1}}', 'metadata.labels.a: must be string, not integer'],
    ['{name: a, annotations: {"a b": c}}', 'metadata.annotations["a b"]: '],
    ['{name: a, label: {a: b}}', 'metadata.label: is an unknown field; did you mean "labels"?'],
  ])('must not be %s', (metadata, error) => {
    expect(errorsOfMetadata(metadata)).toEqual([expect.stringContaining(error)]);
  });

  it('of a cluster-scoped kind must not name a namespace', () => {
    expect(errorsOfMetadata('{name: a, namespace: b}', 'Namespace')).toEqual([
      'metadata.namespace: must not be set: this kind is cluster-scoped',
    ]);
  });

  it('must not hold more than 256 KiB of annotations', () => {
    const metadata = JSON.stringify({ name: 'a', annotations: { a: 'x'.repeat(256 * 1024) } });
    expect(errorsOfMetadata(metadata)).toEqual([
      expect.stringContaining('metadata.annotations: must take at most'),
    ]);
  });
});
