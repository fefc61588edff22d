import { parseShallowJson } from '../../item/parse-json.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The error of a body that is not JSON, or of a member with the wrong JSON type. */
export class SerializationError extends Error {
  override readonly name = 'SerializationError';
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Parses a body; an empty one is undefined. Throws `SerializationError`, without a message as the service does, also for a
 * body with more than 1,000 levels.
 */
export function parseBody(body: string): unknown {
  if (body === '') return undefined;
  try {
    return parseShallowJson(body);
  } catch (cause) {
    throw new SerializationError('', { cause });
  }
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
