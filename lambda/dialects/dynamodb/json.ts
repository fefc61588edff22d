import { parseJson } from '../../item/parse-json.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The error of a body that is not JSON, or of a member with the wrong JSON type. */
export class SerializationError extends Error {
  override readonly name = 'SerializationError';
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The maximum depth of a body. No request is deeper: an item has 32 levels, each of them two in JSON. A much deeper body
 * would exhaust the stack later.
 */
const maxDepth = 1000;

/**
 * Parses a body; an empty one is undefined. Throws `SerializationError`, without a message as the service does, also for a
 * body with more than `maxDepth` levels.
 */
export function parseBody(body: string): unknown {
  if (body === '') return undefined;
  if (isDeep(body)) throw new SerializationError();
  try {
    return parseJson(body);
  } catch (cause) {
    throw new SerializationError('', { cause });
  }
}

/** True if lists and objects are nested more than `maxDepth` deep in the text. Takes time in proportion to its length. */
function isDeep(text: string): boolean {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text[at];
    if (unit === '"') isString = !isString;
    else if (isString) at += unit === '\\' ? 1 : 0;
    else if (unit === '[' || unit === '{') {
      if (++depth > maxDepth) return true;
    } else if (unit === ']' || unit === '}') depth--;
  }
  return false;
}

/** The members of a request. Throws `SerializationError` if the request is not a JSON object. */
export function membersOf(request: unknown): JsonObject {
  if (!isJsonObject(request)) throw new SerializationError();
  return request;
}

/** Renders an answer as JSON: dates as epoch seconds with a millisecond fraction, and leaves out undefined members. */
export function renderBody(answer: object): string {
  return JSON.stringify(convertDates(answer));
}

function convertDates(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(convertDates);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, convertDates(member)]));
}
