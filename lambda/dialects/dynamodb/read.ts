import { TidemarkError } from '../../runtime/errors.ts';
import { convertAll } from './convert.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import type { Input, Member, Members } from './members.ts';

/** The service reports no more than so many violations. */
const maxViolations = 10;

/** Of a value, which may be of megabytes, so many characters are shown: an answer of Lambda has at most 6 MB. */
const mostShown = 32 * 1024;

/**
 * Decodes a request's body by the description of its members; members that are not described are ignored, null
 * counts as absent. Throws `SerializationError` for a wrong JSON type and `Validation` naming what a closed structure has not,
 * or every constraint that is not met. The texts are DynamoDB's, as observed by public probes of the service.
 */
export function read<M extends Members>(members: M, body: JsonObject): Input<M>;
export function read(members: Members, body: JsonObject): object {
  const values = convertAll(members, body);
  checkClosed(members, body);
  const found = violationsOfAll(members, values, '').take(maxViolations).toArray();
  if (found.length > 0) {
    const count = `${found.length} validation error${found.length === 1 ? '' : 's'} detected`;
    throw new TidemarkError('Validation', `${count}: ${found.join('; ')}`);
  }
  return values;
}

function checkClosed(members: Members, body: JsonObject): void {
  for (const [name, member] of Object.entries(members)) {
    const given = body[name];
    if (member.type !== 'structure' || member.closed !== true || !isJsonObject(given)) continue;
    const known = Object.keys(member.members);
    const unknown = Object.keys(given).filter((each) => !known.includes(each));
    if (unknown.length === 0) continue;
    const [here, there] = [unknown, known].map((each) => each.join(', ').slice(0, mostShown));
    throw new TidemarkError(
      'Validation',
      `Invalid Request: ${name} of this operation has no ${here}. It has: ${there}`,
    );
  }
}

/** `path` is that of the structure that the members are of: empty, or ending in a dot. */
function* violationsOfAll(members: Members, values: JsonObject, path: string): Generator<string> {
  for (const [name, member] of Object.entries(members)) {
    yield* violations(`${path}${name.charAt(0).toLowerCase()}${name.slice(1)}`, member, values[name]);
  }
}

function* violations(path: string, member: Member, value: unknown): Generator<string> {
  if (value === undefined) {
    if (member.required) yield violation(path, 'null', 'Member must not be null');
  } else if (member.type === 'structure' && isJsonObject(value)) {
    yield* violationsOfAll(member.members, value, `${path}.`);
  } else if (Array.isArray(value)) {
    yield* broken(path, member, value);
    yield* violationsOfElements(path, member, value);
  } else if (typeof value === 'string' || typeof value === 'number') {
    yield* broken(path, member, value);
  }
}

function* broken(
  path: string,
  { constraints = [] }: Member,
  value: string | number | unknown[],
): Generator<string> {
  for (const constraint of constraints) {
    if (constraint.holds(value)) continue;
    yield violation(path, `'${shown(value).slice(0, mostShown)}'`, constraint.demand);
  }
}

/** The service counts the elements of a list from 1. */
function* violationsOfElements(path: string, member: Member, elements: unknown[]): Generator<string> {
  if (member.type !== 'list') return;
  const element: Member = { ...member.of, required: true };
  for (const [i, value] of elements.entries()) yield* violations(`${path}.${i + 1}.member`, element, value);
}

function violation(path: string, value: string, demand: string): string {
  return `Value ${value} at '${path}' failed to satisfy constraint: ${demand}`;
}

function shown(value: string | number | unknown[]): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}
