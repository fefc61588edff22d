import { DynamoDBServiceException, TableNotFoundException } from '@aws-sdk/client-dynamodb';
import { SerializationError } from '../../../lambda/dialects/dynamodb/json.ts';
import { isError, reasonOf } from '../../../lambda/runtime/errors.ts';

/** The reason why an accepted job has failed: DynamoDB's `FailureCode`, and a sentence without item content. */
export class JobFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The members of a description that report a failure. An error that is not a `JobFailure` counts as internal. */
export function failureOf(error: unknown): { readonly FailureCode: string; readonly FailureMessage: string } {
  return error instanceof JobFailure
    ? { FailureCode: error.code, FailureMessage: error.message }
    : { FailureCode: 'InternalServerError', FailureMessage: reasonOf(error) };
}

/** Creates a ValidationException like that of the SDK, which has no class for it. */
export function validationError(message: string): DynamoDBServiceException {
  return clientError('ValidationException', message);
}

/** Converts one of Tidemark's errors that the caller can correct to that of the SDK. Any other error stays unchanged. */
export function toServiceError(error: unknown): unknown {
  if (isError(error, 'Validation')) return validationError(error.message);
  if (isError(error, 'TableNotFound')) {
    return new TableNotFoundException({ message: error.message, $metadata: {} });
  }
  return error instanceof SerializationError ? clientError('SerializationException', error.message) : error;
}

function clientError(name: string, message: string): DynamoDBServiceException {
  return new DynamoDBServiceException({ name, message, $fault: 'client', $metadata: {} });
}
