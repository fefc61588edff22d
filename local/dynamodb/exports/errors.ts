import { DynamoDBServiceException, TableNotFoundException } from '@aws-sdk/client-dynamodb';
import { SerializationError } from '../../../lambda/dialects/dynamodb/json.ts';
import { isError, reasonOf } from '../../../lambda/runtime/errors.ts';

/** Why a job that was accepted has failed: DynamoDB's `FailureCode`, and a sentence without item content. */
export class JobFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The members of a description that tell of a failure. What is no `JobFailure` has the service's own code. */
export function failureOf(error: unknown): { readonly FailureCode: string; readonly FailureMessage: string } {
  return error instanceof JobFailure
    ? { FailureCode: error.code, FailureMessage: error.message }
    : { FailureCode: 'InternalServerError', FailureMessage: reasonOf(error) };
}

/** As the SDK's client throws it: it has no class of its own for this one. */
export function validation(message: string): DynamoDBServiceException {
  return clientError('ValidationException', message);
}

/** What the SDK's client throws for an error of Tidemark's that a caller can mend; any other stays as it is. */
export function asServiceError(error: unknown): unknown {
  if (isError(error, 'Validation')) return validation(error.message);
  if (isError(error, 'TableNotFound')) {
    return new TableNotFoundException({ message: error.message, $metadata: {} });
  }
  return error instanceof SerializationError ? clientError('SerializationException', error.message) : error;
}

function clientError(name: string, message: string): DynamoDBServiceException {
  return new DynamoDBServiceException({ name, message, $fault: 'client', $metadata: {} });
}
