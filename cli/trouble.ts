/** What keeps a command from its result. The message is for people, and so is what to do next. */
export class Trouble extends Error {
  readonly next: string | undefined;

  constructor(message: string, next?: string, options?: ErrorOptions) {
    super(message, options);
    this.next = next;
  }
}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {}

/** An error of the endpoint's, by its name on the wire. */
export interface WireFailure {
  readonly name: string;
  readonly message: string;
  readonly status: number;
}

const nextSteps: Readonly<Record<string, string>> = {
  BackupNotFoundException: 'see which backups there are: aws dynamodb list-backups --endpoint-url <url>',
  BackupInUseException: 'wait until the backup is AVAILABLE, then try again',
  ValidationException: 'look at the command line again; --help tells the form',
  UnknownOperationException: 'see that --endpoint-url is a Tidemark, of this version',
  RequestTimeTooSkewed: "set this machine's clock",
};

/** The failure as it is told: `name: message`, and the next step. */
export function troubleOf(failure: WireFailure, url: string): Trouble {
  const message = failure.message === '' ? failure.name : `${failure.name}: ${failure.message}`;
  return new Trouble(message, nextStep(failure)?.replace('<url>', url));
}

function nextStep({ name, status }: WireFailure): string | undefined {
  const known = Object.hasOwn(nextSteps, name) ? nextSteps[name] : undefined;
  if (known !== undefined) return known;
  if (status === 429 || /Thrott|LimitExceeded|TooManyRequests/.test(name))
    return 'too much is asked of it: try again later';
  if (status >= 500) {
    return 'the reason is in the log (of `npm start`, or of the function behind the endpoint); of a damaged backup, `tidemark verify <backup>` tells more';
  }
  if (status === 401 || status === 403 || /AccessDenied|Token|Signature|Credential|Unrecognized/.test(name)) {
    return 'see which credentials are used (AWS_PROFILE and the like) and that they may call the endpoint; --region must be its region';
  }
  return status === 400 ? undefined : 'see that --endpoint-url is a Tidemark';
}
