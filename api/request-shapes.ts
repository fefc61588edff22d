import type { Member, Members } from '../lambda/dialects/dynamodb/members.ts';
import { define, type Structure, type Structures, type Type } from './shapes.ts';

/**
 * The structure of a request, made of the description that its handler decodes it by. Adds the structures it holds to
 * those of the answers.
 */
export function requestStructure(members: Members, structures: Structures): Structure {
  return {
    members: Object.fromEntries(
      Object.entries(members).map(([name, member]) => [name, typeOf(member, structures)]),
    ),
    required: Object.keys(members).filter((name) => members[name]?.required),
  };
}

function typeOf(member: Member, structures: Structures): Type {
  const traits = member.constraints && { traits: member.constraints.map(({ trait }) => trait) };
  if (member.type === 'list') return { kind: 'list', of: typeOf(member.of, structures), ...traits };
  if (member.type === 'map') return { kind: 'map', of: { kind: 'structure', name: 'AttributeValue' } };
  if (member.type !== 'structure') return { kind: member.type, ...traits };
  const structure = requestStructure(member.members, structures);
  // Requests bound values that answers do not: an on-demand table has a throughput of 0, and none may be asked for.
  const native = structures.get(member.shape)?.native;
  return define(structures, native ? `${member.shape}Input` : member.shape, structure);
}
