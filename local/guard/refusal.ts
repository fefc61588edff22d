import { prefixes } from '../../lambda/dialects/dynamodb/error-names.ts';

/** An answer in place of the database's. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Creates the answer to a call that DynamoDB refuses. */
export function refuseCall(type: string, message: string): Answer {
  const prefix = type === 'ValidationException' ? prefixes.validate : prefixes.model;
  return { status: 400, body: JSON.stringify({ __type: `${prefix}${type}`, message }) };
}

export const invalidValues = 'One or more parameter values were invalid: ';
