import { describe, expect, it } from '@jest/globals';
import { displayPath, type Fault } from '../fault.js';
import { check } from './check.js';
import { noFindings } from './findings.js';
import { schemaNode, type Schema } from './schema.js';

function faultsOf(schema: Schema, value: unknown): readonly Fault[] {
  const findings = noFindings();
  check(schemaNode(schema), value, [], findings);
  return findings.faults;
}

function rulesOf(schema: Schema, value: unknown): readonly string[] {
  return faultsOf(schema, value).map(({ rule, path }) => `${rule}@${displayPath(path)}`);
}

type Row = readonly [
  title: string,
  schema: Schema,
  right: readonly unknown[],
  wrong: readonly unknown[],
  rule: string,
];

const ROWS: readonly Row[] = [
  ['a type', { type: 'string' }, ['', 'a'], [1, true, null, [], {}], 'type'],
  ['an integer', { type: 'integer' }, [0, -1, 1.0], [1.5, '1', Number.NaN], 'type'],
  ['a number', { type: 'number' }, [0, 1.5], ['1', Number.POSITIVE_INFINITY], 'type'],
  ['an integer or a string', { 'x-kubernetes-int-or-string': true }, [1, 'http'], [1.5, true], 'type'],
  ['an enum', { type: 'string', enum: ['A', 'B'] }, ['A'], ['a', ''], 'enum'],
  ['a pattern, found anywhere', { type: 'string', pattern: 'b+' }, ['abc'], ['ac'], 'pattern'],
  ['a pattern of RE2', { type: 'string', pattern: '^(?i)ab\\z' }, ['AB'], ['AB\n'], 'pattern'],
  ['a least length', { type: 'string', minLength: 2 }, ['ab'], ['a', '😀'], 'length'],
  ['a greatest length, in code points', { type: 'string', maxLength: 2 }, ['ab', '😀😀'], ['abc'], 'length'],
  ['a least number', { type: 'integer', minimum: 1 }, [1], [0], 'range'],
  ['a greatest number', { type: 'integer', maximum: 9 }, [9], [10], 'range'],
  ['an excluded bound', { type: 'integer', minimum: 1, exclusiveMinimum: true }, [2], [1], 'range'],
  ['a multiple', { type: 'integer', multipleOf: 5 }, [10], [7], 'range'],
  ['a least number of entries', { type: 'array', items: {}, minItems: 1 }, [[1]], [[]], 'items'],
  ['a greatest number of entries', { type: 'array', items: {}, maxItems: 1 }, [[1]], [[1, 2]], 'items'],
  [
    'a least number of fields',
    { type: 'object', additionalProperties: {}, minProperties: 1 },
    [{ a: 1 }],
    [{}],
    'properties',
  ],
  [
    'a greatest number of fields',
    { type: 'object', additionalProperties: {}, maxProperties: 0 },
    [{}],
    [{ a: 1 }],
    'properties',
  ],
  ['format int32', { type: 'integer', format: 'int32' }, [2 ** 31 - 1], [2 ** 31], 'format'],
  [
    'format ipv4',
    { type: 'string', format: 'ipv4' },
    ['192.0.2.1'],
    ['192.0.2', '::1', '010.0.0.1'],
    'format',
  ],
  ['format ipv6', { type: 'string', format: 'ipv6' }, ['::1'], ['192.0.2.1', 'fe80::1%eth0'], 'format'],
  [
    'format date-time',
    { type: 'string', format: 'date-time' },
    ['2026-01-31T12:00:00Z'],
    ['2026-01-31', '2026-13-31T12:00:00Z'],
    'format',
  ],
  ['format byte', { type: 'string', format: 'byte' }, ['', 'YWI=', 'YWI=\n'], ['YWI', 'a b='], 'format'],
  ['an encoding: no half of a surrogate pair', { type: 'string' }, ['😀'], ['a\ud800'], 'format'],
  ['a format nobody knows', { type: 'string', format: 'colour' }, ['anything'], [], 'format'],
  ['anyOf', { anyOf: [{ enum: [1] }, { enum: [2] }] }, [1, 2], [3], 'oneOf'],
  ['oneOf', { oneOf: [{ minimum: 1 }, { maximum: 5 }] }, [0, 6], [3], 'oneOf'],
  ['not', { not: { enum: [1] } }, [2], [1], 'oneOf'],
  ['allOf', { allOf: [{ minimum: 1 }] }, [1], [0], 'range'],
];

describe('a value is held against', () => {
  it.each(ROWS)('%s', (_title, schema, right, wrong, rule) => {
    for (const value of right) expect(rulesOf(schema, value)).toEqual([]);
    for (const value of wrong) expect(rulesOf(schema, value)).toEqual([`${rule}@`]);
  });
});

describe('an object', () => {
  const schema: Schema = {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' }, matches: { type: 'array', items: { type: 'integer' } } },
  };

  it('must have what is required', () => {
    expect(rulesOf(schema, {})).toEqual(['required@name']);
  });

  it('has every fault reported, each with its own path', () => {
    expect(rulesOf(schema, { name: 1, matches: [1, 'x', true], other: 1 })).toEqual([
      'type@name',
      'type@matches[1]',
      'type@matches[2]',
      'unknownField@other',
    ]);
  });

  it('must not have fields that the schema does not know', () => {
    expect(faultsOf(schema, { name: 'a', nothing: 1 })).toMatchObject([
      { path: ['nothing'], message: 'is an unknown field', target: 'key' },
    ]);
  });

  it.each(['matchs', 'Matches', 'macthes'])('is told what was meant by %s', (name) => {
    expect(faultsOf(schema, { name: 'a', [name]: [] })).toMatchObject([
      { message: 'is an unknown field; did you mean "matches"?' },
    ]);
  });

  it('may have any field where unknown ones are preserved', () => {
    expect(
      rulesOf({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, { a: { b: 1 } }),
    ).toEqual([]);
  });

  it('has no field that its prototype has', () => {
    expect(rulesOf({ ...schema, required: ['constructor'] }, { name: 'a' })).toEqual([
      'required@constructor',
    ]);
    expect(rulesOf(schema, { name: 'a', constructor: 1 })).toEqual(['unknownField@constructor']);
  });

  it('may be null only where the schema says so', () => {
    expect(rulesOf({ type: 'object', nullable: true }, null)).toEqual([]);
    expect(rulesOf({ type: 'object' }, null)).toEqual(['type@']);
  });
});

describe('the entries of a list', () => {
  const map: Schema = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['port', 'protocol'],
    items: { type: 'object', additionalProperties: {} },
  };

  it('of type map are told apart by all their keys', () => {
    const value = [
      { port: 1, protocol: 'TCP' },
      { port: 1, protocol: 'UDP' },
      { port: 1, protocol: 'TCP' },
    ];
    expect(faultsOf(map, value)).toMatchObject([
      { path: [2], rule: 'duplicate', message: 'has the same port 1 and protocol "TCP" as entry 0' },
    ]);
  });

  it('of type set are told apart by their value', () => {
    const set: Schema = { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } };
    expect(rulesOf(set, ['a', 'b', 'a'])).toEqual(['duplicate@[2]']);
  });

  it('of other lists may repeat', () => {
    expect(rulesOf({ type: 'array', items: { type: 'string' } }, ['a', 'a'])).toEqual([]);
  });
});

describe('a fault of a choice', () => {
  it('stands at the one field that all branches speak of', () => {
    const address: Schema = {
      properties: { type: { type: 'string' }, value: { type: 'string' } },
      oneOf: [
        {
          properties: { type: { enum: ['IP'] }, value: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] } },
        },
        { properties: { type: { not: { enum: ['IP'] } } } },
      ],
    };
    expect(faultsOf(address, { type: 'IP', value: 'x' })).toMatchObject([
      { path: ['value'], message: 'must be an IPv4 address, or must be an IPv6 address' },
    ]);
    expect(faultsOf(address, { type: 'Name', value: 'x' })).toEqual([]);
  });
});

describe('rules in CEL are left out', () => {
  const node = schemaNode({
    type: 'object',
    properties: {
      a: { type: 'object', properties: { b: { type: 'string' } } },
      list: { type: 'array', items: {} },
    },
  });
  const unsoundOf = (value: unknown): readonly string[] => {
    const findings = noFindings();
    check(node, value, [], findings);
    return [...findings.unsound].map((place) => place.replaceAll('\0', '.'));
  };

  it('around a value of the wrong type', () => {
    expect(unsoundOf({ a: { b: 1 } })).toEqual(['', 'a', 'a.b']);
  });

  it('for an object with a misspelt field, which is one mistake and not two', () => {
    expect(unsoundOf({ a: { B: 'x' } })).toEqual(['a']);
  });

  it('nowhere for a field that is merely unknown', () => {
    expect(unsoundOf({ a: { nothing: 'x' } })).toEqual([]);
  });
});
