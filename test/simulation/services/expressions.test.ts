import { describe, expect, it } from 'vitest';
import { applyUpdate, checkAllUsed, evaluateCondition, type Row } from './expressions.ts';

const row: Row = {
  status: { S: 'CREATING' },
  turn: { M: { execution: { S: 'e-1' } } },
  pending: { SS: ['a', 'b'] },
  count: { N: '9' },
};

describe('evaluateCondition of the simulated catalog', () => {
  it.each([
    ['attribute_not_exists(head)', true],
    ['attribute_exists(turn.execution)', true],
    ['turn.execution = :e AND contains(pending, :a)', true],
    ['contains(pending, :e)', false],
    ['#status <> :e', true],
    ['count < :ten', true],
    ['head = :e OR size(pending) >= :ten', false],
    ['#status = :a AND (attribute_not_exists(head) OR #status <> :a)', false],
  ])('evaluates %s to %s', (text, wanted) => {
    const ExpressionAttributeValues = { ':e': { S: 'e-1' }, ':a': { S: 'a' }, ':ten': { N: '10' } };
    const placeholders = { ExpressionAttributeNames: { '#status': 'status' }, ExpressionAttributeValues };
    expect(evaluateCondition(text, placeholders, row)).toBe(wanted);
  });

  it.each([
    ['begins_with(a, :a)', 'no comparison'],
    ['a = :a )', 'not understood'],
    ['a = :missing', 'has no value'],
  ])('throws for an expression with %s', (text, message) => {
    const placeholders = { ExpressionAttributeValues: { ':a': { S: 'a' } } };
    expect(() => evaluateCondition(text, placeholders, row)).toThrow(message);
  });
});

describe('applyUpdate of the simulated catalog', () => {
  it('sets, removes, adds and deletes in one update, each from the values before the update', () => {
    const ExpressionAttributeValues = { ':s': { S: 'x' }, ':a': { SS: ['a'] }, ':c': { SS: ['c'] } };
    const text =
      'SET turn.parent = :s, reason = if_not_exists(reason, status) REMOVE count ADD others :c DELETE pending :a';
    expect(applyUpdate(text, { ExpressionAttributeValues }, row)).toEqual({
      status: { S: 'CREATING' },
      reason: { S: 'CREATING' },
      turn: { M: { execution: { S: 'e-1' }, parent: { S: 'x' } } },
      pending: { SS: ['b'] },
      others: { SS: ['c'] },
    });
  });

  it('removes a set with its last member, because DynamoDB has no empty sets', () => {
    const placeholders = { ExpressionAttributeValues: { ':ab': { SS: ['a', 'b'] } } };
    expect(applyUpdate('DELETE pending :ab', placeholders, row)).not.toHaveProperty('pending');
  });

  it('throws for a path whose map is missing', () => {
    const placeholders = { ExpressionAttributeValues: { ':s': { S: 'x' } } };
    expect(() => applyUpdate('SET head.snapshot = :s', placeholders, row)).toThrow('document path');
  });
});

describe('checkAllUsed', () => {
  it('throws for a value that no expression uses', () => {
    expect(() => checkAllUsed(['a = :a'], { ExpressionAttributeValues: { ':b': { S: '' } } })).toThrow(':b');
  });
});
