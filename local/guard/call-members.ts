import { isJsonObject, type JsonObject } from '../../lambda/dialects/dynamodb/json.ts';

/** Reads the members of a call's body. A body that is not a JSON object has none, and the database refuses it. */
export function parseMembers(body: string): JsonObject {
  try {
    const parsed: unknown = JSON.parse(body);
    return isJsonObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
