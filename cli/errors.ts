/** An error that ends a command with exit code 2. Its message and next step are for people. */
export class CommandError extends Error {
  /** The next step for the user, if it is known. */
  readonly nextStep: string | undefined;

  constructor(message: string, nextStep?: string, options?: ErrorOptions) {
    super(message, options);
    this.nextStep = nextStep;
  }
}

/** The command line is wrong. The message says how, and the usage is printed after it. */
export class UsageError extends Error {}

/** An error that the endpoint answered. */
export interface WireError {
  /** The error's name on the wire, without its namespace. */
  readonly name: string;
  /** May be empty. */
  readonly message: string;
  /** HTTP status. */
  readonly status: number;
}

const nextSteps: Readonly<Record<string, string>> = {
  BackupNotFoundException: 'list the backups: aws dynamodb list-backups --endpoint-url <url>',
  BackupInUseException: 'wait until the backup is AVAILABLE, then try again',
  ValidationException: 'check the command line; --help shows its form',
  UnknownOperationException: 'check that --endpoint-url names a Tidemark of this version',
  RequestTimeTooSkewed: "set this machine's clock",
};

/** Turns an error of the endpoint into one for people: `name: message`, and the next step. */
export function toCommandError(error: WireError, url: string): CommandError {
  const message = error.message === '' ? error.name : `${error.name}: ${error.message}`;
  return new CommandError(message, findNextStep(error)?.replace('<url>', url));
}

function findNextStep({ name, status }: WireError): string | undefined {
  const known = Object.hasOwn(nextSteps, name) ? nextSteps[name] : undefined;
  if (known !== undefined) return known;
  if (status === 429 || /Thrott|LimitExceeded|TooManyRequests/.test(name))
    return 'the endpoint gets too many requests: try again later';
  if (status >= 500) {
    return 'read the log (of `npm start`, or of the function of the endpoint) for the reason; if the backup may be damaged, run `tidemark verify <backup>`';
  }
  if (status === 401 || status === 403 || /AccessDenied|Token|Signature|Credential|Unrecognized/.test(name)) {
    return 'check that your credentials (AWS_PROFILE and the like) may call the endpoint, and that --region is its region';
  }
  return status === 400 ? undefined : 'check that --endpoint-url names a Tidemark';
}
