import { isJsonObject, type JsonObject, SerializationError } from './json.ts';
import type { Member, Members } from './members.ts';

/**
 * Converts the values of the described members that a body has. Throws `SerializationError` for a wrong JSON type, in
 * DynamoDB's words as observed by public probes of the service.
 */
export function convertAll(members: Members, body: JsonObject): JsonObject {
  const values: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members)) {
    const value = convert(body[name], member);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function convert(value: unknown, member: Member): unknown {
  if (value === undefined || value === null) return undefined;
  switch (member.type) {
    case 'string':
      // A text with lone surrogates cannot be written as UTF-8, so it could not be stored.
      if (typeof value === 'string') return value.toWellFormed();
      break;
    case 'integer':
      if (typeof value === 'number') return Math.trunc(value);
      break;
    case 'long':
      // JSON.parse would round a larger number, and the SDKs send none.
      if (typeof value === 'number' && Number.isSafeInteger(Math.trunc(value))) return Math.trunc(value);
      break;
    case 'double':
      if (typeof value === 'number') return value;
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      if (typeof value === 'string') return parseBoolean(value);
      break;
    case 'timestamp':
      if (typeof value === 'number') return clampDate(Math.round(value * 1000));
      break;
    case 'list':
      if (Array.isArray(value)) return value.map((element) => convertElement(element, member.of));
      break;
    case 'map':
      if (isJsonObject(value)) return value;
      break;
    case 'structure':
      if (isJsonObject(value)) return convertAll(member.members, value);
      break;
  }
  throw new SerializationError(describeMismatch(value, member));
}

function convertElement(value: unknown, member: Member): unknown {
  const isScalar = value !== null && typeof value !== 'object';
  if (member.type === 'structure' && isScalar)
    throw new SerializationError('Unexpected value type in payload');
  return convert(value, member);
}

/** The service accepts these words as booleans, in upper or lower case. */
const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', '1'].map((word) => [word, true] as const),
  ...['false', 'no', '0'].map((word) => [word, false] as const),
]);

function parseBoolean(word: string): boolean {
  const value = booleans.get(word.toLowerCase());
  if (value === undefined) throw new SerializationError('Unexpected token received from parser');
  return value;
}

/** The largest distance from 1970, in milliseconds, that a `Date` can hold. */
const maxDate = 8.64e15;

function clampDate(time: number): number {
  return Math.min(Math.max(time, -maxDate), maxDate);
}

/** The Java classes that the service names in its errors. The class of a structure is named after its shape. */
const javaClasses = {
  string: 'java.lang.String',
  integer: 'java.lang.Integer',
  long: 'java.lang.Long',
  boolean: 'java.lang.Boolean',
  double: 'java.lang.Double',
  timestamp: 'java.util.Date',
  list: 'java.util.List',
  map: 'java.util.Map',
  structure: 'com.amazonaws.dynamodb.v20120810',
} as const;

function describeMismatch(value: unknown, member: Member): string {
  if (isJsonObject(value)) return 'Start of structure or map found where not expected';
  const javaClass = `${javaClasses[member.type]}${member.type === 'structure' ? `.${member.shape}` : ''}`;
  if (Array.isArray(value)) return `Unrecognized collection type class ${javaClass}`;
  if (member.type === 'list' || member.type === 'map' || member.type === 'structure') {
    return 'Unexpected field type';
  }
  return `${tokenOf(value)} cannot be converted to ${javaClass.slice(javaClass.lastIndexOf('.') + 1)}`;
}

/** The service's name for a JSON scalar. */
function tokenOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  if (typeof value === 'string') return 'STRING_VALUE';
  return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
}
