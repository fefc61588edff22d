import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { apiOperations } from '../../lambda/dialects/dynamodb/api-operations.ts';
import type { ConstraintTrait } from '../../lambda/dialects/dynamodb/constraints.ts';
import type { Member, Members } from '../../lambda/dialects/dynamodb/members.ts';
import type { Operation } from '../../lambda/dialects/dynamodb/operation.ts';
import { read } from '../../lambda/dialects/dynamodb/read.ts';
import { tableArn } from '../dialects/dynamodb/fakes.ts';
import { structure } from './schemas.ts';

/**
 * Values at and around the bounds of a member, and of every other type. Leaves out null, which counts as absent, and
 * fractions of integers, which are cut off: the handler accepts both, and the document does not say so.
 */
function around(member: Member): fc.Arbitrary<unknown> {
  const traits = (member.constraints ?? []).map(({ trait }) => trait);
  const others = fc.constantFrom<unknown>('text', 7, true, [], {});
  return fc.oneof({ weight: 5, arbitrary: near(member, traits) }, { weight: 1, arbitrary: others });
}

function near(member: Member, traits: readonly ConstraintTrait[]): fc.Arbitrary<unknown> {
  if (member.type === 'structure') return request(member.members);
  if (member.type === 'list') return fc.array(around(member.of), { maxLength: 2 });
  const bounds = traits.flatMap((trait) => [
    ...('min' in trait ? [trait.min - 1, trait.min] : []),
    ...('max' in trait ? [trait.max, trait.max + 1] : []),
    ...('above' in trait ? [trait.above, trait.above + 0.001] : []),
  ]);
  const values = traits.flatMap((trait) => ('enum' in trait ? trait.enum : []));
  return {
    string: fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.constantFrom('some-name', ...values, ...bounds.map(repeatLetter)),
    ),
    integer: fc.constantFrom(1, ...bounds),
    long: fc.constantFrom(1, ...bounds),
    double: fc.constantFrom(0.5, -1, ...bounds),
    timestamp: fc.integer(),
    boolean: fc.boolean(),
    map: fc.constant({ Artist: { S: 'Nina' } }),
  }[member.type];
}

/** Returns a text of this length. The bounds of numbers are no lengths, so a long one is cut off. */
function repeatLetter(length: number): string {
  return 'a'.repeat(Math.min(Math.max(length, 0), 10_000));
}

/** A name has other bounds than an ARN, and the document can state only the bounds that both have. */
const tables = fc.constantFrom('', 'Music', 'a table', tableArn, `${tableArn} `, 'a'.repeat(1025));

/** A structure of these members, some of them missing. */
function request(members: Members): fc.Arbitrary<object> {
  return fc.record(Object.fromEntries(Object.entries(members).map(arbitraryMember)), { requiredKeys: [] });
}

/** Returns the example with up to two members changed, added or removed. */
function variant(members: Members, example: object): fc.Arbitrary<object> {
  const entries = Object.entries(members);
  return fc
    .subarray(entries, { maxLength: Math.min(2, entries.length) })
    .chain((chosen) => fc.record(Object.fromEntries(chosen.map(arbitraryMember))))
    .chain((changes) => fc.constantFrom({ ...example, ...changes }, without(example, Object.keys(changes))));
}

function arbitraryMember([name, member]: [string, Member]): [string, fc.Arbitrary<unknown>] {
  return [name, name === 'TableName' ? tables : around(member)];
}

function without(example: object, names: string[]): object {
  return Object.fromEntries(Object.entries(example).filter(([name]) => !names.includes(name)));
}

function isAccepted(members: Members, body: object): boolean {
  try {
    read(members, { ...body });
    return true;
  } catch {
    return false;
  }
}

test.each<Operation>(apiOperations)(
  '$name: the document and the handler reject the same requests',
  ({ name, members, example }) => {
    const validate = structure(`${name}Input`);
    const verdicts = new Set<boolean>();
    fc.assert(
      fc.property(variant(members, example), (body) => {
        const accepted = isAccepted(members, body);
        verdicts.add(accepted);
        expect({ body, accepted: validate(body) }).toEqual({ body, accepted });
      }),
      { numRuns: 300 },
    );
    expect(verdicts).toEqual(new Set([true, false]));
  },
);
