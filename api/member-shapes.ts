import type { Member, Members } from '../lambda/dialects/dynamodb/members.ts';
import { define, type Structure, type Structures, type Type } from './shapes.ts';

/** Makes the structure of a description. Adds the structures that it holds to `structures`. */
export function toStructure(members: Members, structures: Structures): Structure {
  return {
    members: Object.fromEntries(
      Object.entries(members).map(([name, member]) => [name, toType(member, structures)]),
    ),
    required: Object.keys(members).filter((name) => members[name]?.required),
    texts: textsOf(members),
  };
}

export function textsOf(members: Members): Structure['texts'] {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, { text }]) => (text === undefined ? [] : [[name, text]])),
  );
}

export function toType(member: Member, structures: Structures): Type {
  const traits = member.constraints && { traits: member.constraints.map(({ trait }) => trait) };
  if (member.type === 'list') return { kind: 'list', of: toType(member.of, structures), ...traits };
  if (member.type === 'map') {
    return { kind: 'map', of: member.of ? toType(member.of, structures) : attributeValue };
  }
  if (member.type !== 'structure') return { kind: member.type, ...traits };
  const structure = toStructure(member.members, structures);
  // A request has stricter bounds than an answer: an on-demand table has a throughput of 0, which no request may have.
  const isNative = structures.get(member.shape)?.native;
  return define(structures, isNative ? `${member.shape}Input` : member.shape, structure);
}

const attributeValue = { kind: 'structure', name: 'AttributeValue' } as const;
