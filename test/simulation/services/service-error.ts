/** An error as the AWS SDK throws it. `CancellationReasons`: those of a cancelled transaction. */
export class ServiceError extends Error {
  readonly $metadata = {};
  readonly CancellationReasons?: readonly { readonly Code: string }[];

  constructor(name: string, message: string, reasons?: readonly string[]) {
    super(message);
    this.name = name;
    if (reasons !== undefined) this.CancellationReasons = reasons.map((Code) => ({ Code }));
  }
}

/** The names of the errors after which the SDK itself sends a call again. */
const retried = new Set([
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'TransactionInProgressException',
  'SlowDown',
  'InternalServerError',
  'TimeoutError',
]);

export function isRetriedBySdk(error: unknown): boolean {
  return error instanceof ServiceError && retried.has(error.name);
}
