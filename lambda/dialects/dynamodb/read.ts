import { TidemarkError } from '../../runtime/errors.ts';
import { isJsonObject, type JsonObject, SerializationError } from './json.ts';
import type { Input, Member, Members } from './members.ts';

/** The service reports no more than so many violations. */
const maxViolations = 10;

/**
 * Decodes a request's body by the description of its members; members that are not described are ignored, null
 * counts as absent. Throws `SerializationError` for a wrong JSON type and `Validation` naming every constraint
 * that is not met. The texts are DynamoDB's, as observed by public probes of the service.
 */
export function read<M extends Members>(members: M, body: JsonObject): Input<M>;
export function read(members: Members, body: JsonObject): object {
  const values = convertAll(members, body);
  const found = violationsOfAll(members, values, '').slice(0, maxViolations);
  if (found.length > 0) {
    const count = `${found.length} validation error${found.length === 1 ? '' : 's'} detected`;
    throw new TidemarkError('Validation', `${count}: ${found.join('; ')}`);
  }
  return values;
}

function convertAll(members: Members, body: JsonObject): JsonObject {
  const values: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members)) values[name] = convert(body[name], member);
  return values;
}

function convert(value: unknown, member: Member): unknown {
  if (value === undefined || value === null) return undefined;
  switch (member.type) {
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'integer':
      if (typeof value === 'number') return Math.trunc(value);
      break;
    case 'double':
      if (typeof value === 'number') return value;
      break;
    case 'timestamp':
      if (typeof value === 'number') return Math.round(value * 1000);
      break;
    case 'list':
      if (Array.isArray(value)) return value;
      break;
    case 'map':
      if (isJsonObject(value)) return value;
      break;
    case 'structure':
      if (isJsonObject(value)) return member.members ? convertAll(member.members, value) : value;
      break;
  }
  throw new SerializationError(mismatch(value, member));
}

/** The service's classes; a structure's is named after its shape. */
const javaClasses = {
  string: 'java.lang.String',
  integer: 'java.lang.Integer',
  double: 'java.lang.Double',
  timestamp: 'java.util.Date',
  list: 'java.util.List',
  map: 'java.util.Map',
  structure: 'com.amazonaws.dynamodb.v20120810',
} as const;

function mismatch(value: unknown, member: Member): string {
  if (isJsonObject(value)) return 'Start of structure or map found where not expected';
  const javaClass = `${javaClasses[member.type]}${member.type === 'structure' ? `.${member.shape}` : ''}`;
  if (Array.isArray(value)) return `Unrecognized collection type class ${javaClass}`;
  if (member.type === 'list' || member.type === 'map' || member.type === 'structure') {
    return 'Unexpected field type';
  }
  return `${token(value)} cannot be converted to ${javaClass.slice(javaClass.lastIndexOf('.') + 1)}`;
}

/** The service's name for a JSON scalar. */
function token(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  if (typeof value === 'string') return 'STRING_VALUE';
  return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
}

/** `path` is that of the structure that the members are of: empty, or ending in a dot. */
function violationsOfAll(members: Members, values: JsonObject, path: string): string[] {
  return Object.entries(members).flatMap(([name, member]) =>
    violations(`${path}${name.charAt(0).toLowerCase()}${name.slice(1)}`, member, values[name]),
  );
}

function violations(path: string, member: Member, value: unknown): string[] {
  const at = `at '${path}' failed to satisfy constraint`;
  if (value === undefined) return member.required ? [`Value null ${at}: Member must not be null`] : [];
  if (member.type === 'structure' && member.members && isJsonObject(value)) {
    return violationsOfAll(member.members, value, `${path}.`);
  }
  if (typeof value !== 'string' && typeof value !== 'number') return [];
  return (member.constraints ?? [])
    .filter((constraint) => !constraint.holds(value))
    .map((constraint) => `Value '${value}' ${at}: ${constraint.demand}`);
}
