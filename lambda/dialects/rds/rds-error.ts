/** An error in the form of the wire, for a request that the caller can correct. */
export class RdsError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'RdsError';
    this.status = status;
    this.code = code;
  }
}

export function missingParameterError(name: string): RdsError {
  const message = `The input parameter "${name}" that is mandatory for processing this request is not supplied.`;
  return new RdsError(400, 'MissingParameter', message);
}

/** Creates the error for a parameter's value. `reason`: the rule that the value violates. */
export function invalidParameterError(name: string, reason?: string): RdsError {
  const message = `The specified parameter "${name}" is not valid.`;
  return new RdsError(400, 'InvalidParameter', reason === undefined ? message : `${message} ${reason}`);
}
