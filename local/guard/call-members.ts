import { isJsonObject, type JsonObject } from '../../lambda/dialects/dynamodb/json.ts';

/** The members of a call's body. None if it is not a JSON object: then it names no table, and the database refuses it. */
export function parseMembers(body: string): JsonObject {
  try {
    const parsed: unknown = JSON.parse(body);
    return isJsonObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
