import { TidemarkError } from '../../runtime/errors.ts';
import { convertAll } from './convert.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import type { Input, Member, Members } from './members.ts';

/** The service reports at most this many violations. */
const maxViolations = 10;

/** Show at most this many characters of a rejected value: values can be megabytes and a Lambda response is limited to 6 MB. */
const maxShown = 32 * 1024;

/**
 * Decodes a request's body by the description of its members. Ignores members that are not described; null counts as
 * absent. Throws `SerializationError` for a wrong JSON type, and `Validation` that names the unknown members of a closed
 * structure, or the violated constraints. The texts are DynamoDB's, as observed by public probes of the service.
 */
export function read<M extends Members>(members: M, body: JsonObject): Input<M>;
export function read(members: Members, body: JsonObject): object {
  const values = convertAll(members, body);
  checkClosed(members, body);
  checkEmpty(members, values);
  const violations = findViolations(members, values, '').take(maxViolations).toArray();
  if (violations.length > 0) {
    const count = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`;
    throw new TidemarkError('Validation', `${count}: ${violations.join('; ')}`);
  }
  return values;
}

function checkClosed(members: Members, body: JsonObject): void {
  for (const [name, member] of Object.entries(members)) {
    const sent = body[name];
    if (member.type !== 'structure' || member.closed !== true || !isJsonObject(sent)) continue;
    const known = Object.keys(member.members);
    const unknown = Object.keys(sent).filter((each) => !known.includes(each));
    if (unknown.length === 0) continue;
    throw new TidemarkError(
      'Validation',
      `Invalid Request: ${name} of this operation has no ${unknown.join(', ').slice(0, maxShown)}. It has: ${known.join(', ')}`,
    );
  }
}

function checkEmpty(members: Members, values: JsonObject): void {
  for (const [name, { emptyText }] of Object.entries(members)) {
    if (emptyText !== undefined && values[name] === '') throw new TidemarkError('Validation', emptyText);
  }
}

/** Yields the violations in the values of a structure. `path` is the structure's path: empty, or with a dot at its end. */
function* findViolations(members: Members, values: JsonObject, path: string): Generator<string> {
  for (const [name, member] of Object.entries(members)) {
    yield* checkMember(`${path}${name.charAt(0).toLowerCase()}${name.slice(1)}`, member, values[name]);
  }
}

function* checkMember(path: string, member: Member, value: unknown): Generator<string> {
  if (value === undefined) {
    if (member.required) yield describeViolation(path, 'null', 'Member must not be null');
  } else if (member.type === 'structure' && isJsonObject(value)) {
    yield* findViolations(member.members, value, `${path}.`);
  } else if (Array.isArray(value)) {
    yield* checkConstraints(path, member, value);
    yield* checkElements(path, member, value);
  } else if (typeof value === 'string' || typeof value === 'number') {
    yield* checkConstraints(path, member, value);
  }
}

function* checkConstraints(
  path: string,
  { constraints = [] }: Member,
  value: string | number | unknown[],
): Generator<string> {
  for (const constraint of constraints) {
    if (constraint.holds(value)) continue;
    yield describeViolation(path, `'${render(value).slice(0, maxShown)}'`, constraint.demand);
  }
}

/** The service counts the elements of a list from 1. */
function* checkElements(path: string, member: Member, elements: unknown[]): Generator<string> {
  if (member.type !== 'list') return;
  const element: Member = { ...member.of, required: true };
  for (const [i, value] of elements.entries()) yield* checkMember(`${path}.${i + 1}.member`, element, value);
}

function describeViolation(path: string, value: string, demand: string): string {
  return `Value ${value} at '${path}' failed to satisfy constraint: ${demand}`;
}

function render(value: string | number | unknown[]): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}
