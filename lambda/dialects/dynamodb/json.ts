export type JsonObject = Readonly<Record<string, unknown>>;

/** The body is not JSON, or a member has the wrong JSON type. */
export class SerializationError extends Error {
  override readonly name = 'SerializationError';
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of a request's body. Throws `SerializationError`, without a message as the service does. */
export function parseBody(body: string): JsonObject {
  const parsed = parse(body);
  if (!isJsonObject(parsed)) throw new SerializationError();
  return parsed;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new SerializationError('', { cause });
  }
}

/** The body of an answer: timestamps are epoch seconds with a millisecond fraction, undefined members are absent. */
export function renderBody(answer: object): string {
  return JSON.stringify(withEpochSeconds(answer));
}

function withEpochSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(withEpochSeconds);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withEpochSeconds(member)]));
}
