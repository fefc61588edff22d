/** The error of a request that the caller can correct. Its message is the whole answer. */
export class KineticaError extends Error {
  readonly status: number;

  /**
   * Creates an error that is answered with 400 by default: for 404 and for most of 5xx, clients lose the message or repeat
   * the request.
   */
  constructor(message: string, status: 400 | 401 | 403 | 404 = 400) {
    super(message);
    this.name = 'KineticaError';
    this.status = status;
  }
}
