import { handle } from '../../../lambda/dialects/dynamodb/dialect.ts';
import type { OperationName } from '../../../lambda/dialects/dynamodb/api-operations.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { fakeOperations, post, wasCalled } from './fakes.ts';

export const characters = 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+';
export const notNull = 'Member must not be null';
export const longer = (min: number) => `Member must have length greater than or equal to ${min}`;
export const shorter = (max: number) => `Member must have length less than or equal to ${max}`;
export const atLeast = (min: number) => `Member must have value greater than or equal to ${min}`;
export const atMost = (max: number) => `Member must have value less than or equal to ${max}`;
export const oneOf = (values: string) => `Member must satisfy enum value set: [${values}]`;

export const long = (length: number) => 'x'.repeat(length);

export type Violation = readonly [value: string, member: string, demand: string];
export type Case = readonly [operation: OperationName, changes: object, ...found: Violation[]];

/** The whole body of the answer that names these violations. */
export function validationOf(found: readonly Violation[]): string {
  const count = `${found.length} validation error${found.length === 1 ? '' : 's'} detected`;
  const all = found.map(
    ([value, member, demand]) => `Value ${value} at '${member}' failed to satisfy constraint: ${demand}`,
  );
  return JSON.stringify({
    __type: 'com.amazon.coral.validate#ValidationException',
    message: `${count}: ${all.join('; ')}`,
  });
}

/** Sends the request. Returns the answer, byte for byte, and whether an operation was called. */
export async function bytesOf(operation: OperationName, body: object | string) {
  const operations = fakeOperations();
  const answer = await handle(operations, post(operation, body), silentLog);
  return { status: answer.status, body: answer.body, called: wasCalled(operations) };
}
