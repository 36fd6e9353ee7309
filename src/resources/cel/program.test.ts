import { describe, expect, it } from '@jest/globals';
import { noFindings, type Findings } from '../schema/findings.js';
import { schemaNode, type Schema, type ValidationRule } from '../schema/schema.js';
import { celFieldName } from './escape.js';
import { evaluateRules } from './evaluate.js';

function findingsOf(rule: ValidationRule, value: unknown, properties: Schema['properties'] = {}): Findings {
  const findings = noFindings();
  const node = schemaNode({ type: 'object', properties, 'x-kubernetes-validations': [rule] });
  evaluateRules(node, value, ['spec'], findings);
  return findings;
}

const NAME: Schema['properties'] = { name: { type: 'string' }, count: { type: 'integer' } };

describe('a CEL rule', () => {
  it('says its message', () => {
    const { faults } = findingsOf({ rule: 'self.count > 1', message: 'must be more' }, { count: 1 }, NAME);
    expect(faults).toMatchObject([{ path: ['spec'], message: 'must be more', rule: 'cel' }]);
  });

  it('says its message expression before its message', () => {
    const rule = { rule: 'self.count > 1', message: 'm', messageExpression: "'got ' + string(self.count)" };
    expect(findingsOf(rule, { count: 1 }, NAME).faults).toMatchObject([{ message: 'got 1' }]);
  });

  it('says its message when the message expression fails', () => {
    const rule = { rule: 'self.count > 1', message: 'm', messageExpression: 'self.name' };
    expect(findingsOf(rule, { count: 1 }, NAME).faults).toMatchObject([{ message: 'm' }]);
  });

  it('says itself when it has no message', () => {
    expect(findingsOf({ rule: 'self.count > 1' }, { count: 1 }, NAME).faults).toMatchObject([
      { message: 'failed rule: self.count > 1' },
    ]);
  });

  it('reports at its field path', () => {
    const rule = { rule: 'false', fieldPath: ".a['x.y'].b" };
    expect(findingsOf(rule, {}).faults).toMatchObject([{ path: ['spec', 'a', 'x.y', 'b'] }]);
  });

  it('is a fault when it cannot be evaluated', () => {
    const { faults } = findingsOf({ rule: "self.name == 'a'", message: 'm' }, {}, NAME);
    expect(faults).toMatchObject([{ message: expect.stringContaining('m (the rule cannot be evaluated: ') }]);
  });

  it('about the state before is left out for a new object', () => {
    expect(findingsOf({ rule: 'self == oldSelf' }, {}).faults).toEqual([]);
  });

  it('sees integers as integers', () => {
    expect(findingsOf({ rule: 'self.count / 2 == 1' }, { count: 3 }, NAME).faults).toEqual([]);
  });

  it('finds a pattern by RE2, with its inline flags', () => {
    expect(findingsOf({ rule: "self.name.matches('^(?i)ab$')" }, { name: 'AB' }, NAME).faults).toEqual([]);
  });

  it('sees a field whose name is a word of CEL under an escaped name', () => {
    const properties: Schema['properties'] = { namespace: { type: 'string' } };
    expect(findingsOf({ rule: "self.__namespace__ == 'a'" }, { namespace: 'a' }, properties).faults).toEqual(
      [],
    );
    expect(findingsOf({ rule: "self.namespace == 'a'" }, { namespace: 'a' }, properties).faults).toEqual([]);
    expect(['a-b', 'a.b', 'a/b', 'a__b', 'in', 'name'].map(celFieldName)).toEqual([
      'a__dash__b',
      'a__dot__b',
      'a__slash__b',
      'a__underscores__b',
      '__in__',
      'name',
    ]);
  });

  it('is left out where the schema already found the value to be of the wrong shape', () => {
    const findings = noFindings();
    findings.unsound.add('spec');
    const node = schemaNode({ type: 'object', 'x-kubernetes-validations': [{ rule: 'false' }] });
    evaluateRules(node, {}, ['spec'], findings);
    expect(findings.faults).toEqual([]);
  });
});
