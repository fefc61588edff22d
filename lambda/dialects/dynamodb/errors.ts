import { tableNameOf } from '../../model/backup-arn.ts';
import { type ErrorCode, TidemarkError } from '../../runtime/errors.ts';
import { isThrottled } from '../../runtime/throttling.ts';
import { prefixes, throttled } from './error-names.ts';
import { type JsonObject, SerializationError } from './json.ts';

const { model, service, validate } = prefixes;

/** The form of an error on the wire. Its message is `text`, else the text of `about`, else the error's own. */
interface Rendering {
  /** `__type`, with its prefix. */
  readonly type: string;
  /**
   * The service's text about a member of the request: the first of `members` that the request has. `own`: the error's
   * message.
   */
  readonly about?: {
    readonly members: readonly string[];
    readonly text: (value: string, own: string) => string;
  };
  readonly text?: string;
  /** Some parts of the service write `Message`. */
  readonly messageName?: 'Message';
  /** The caller cannot correct the error, so it is logged. */
  readonly isFault?: true;
}

/** The common renderings of errors that the caller can correct. An operation's description may replace them. */
const renderings = {
  Validation: { type: `${validate}ValidationException` },
  AccessDenied: { type: `${service}AccessDeniedException`, messageName: 'Message' },
  TableNotFound: {
    type: `${model}TableNotFoundException`,
    about: { members: ['TableName'], text: (table) => `Table not found: ${tableNameOf(table)}` },
  },
  TableInUse: { type: `${model}TableInUseException` },
  TableAlreadyExists: {
    type: `${model}TableAlreadyExistsException`,
    about: { members: ['TargetTableName'], text: (table) => `Table already exists: ${table}` },
  },
  BackupNotFound: {
    type: `${model}BackupNotFoundException`,
    about: { members: ['BackupArn'], text: (arn) => `Backup not found: ${arn}` },
  },
  BackupInUse: { type: `${model}BackupInUseException` },
  BackupNotAvailable: { type: `${model}BackupInUseException` },
  ContinuousBackupsUnavailable: { type: `${model}ContinuousBackupsUnavailableException` },
  PointInTimeRecoveryUnavailable: { type: `${model}PointInTimeRecoveryUnavailableException` },
  InvalidRestoreTime: { type: `${model}InvalidRestoreTimeException` },
  LimitExceeded: { type: `${model}LimitExceededException` },
  RestoreNotFound: { type: `${model}RestoreNotFoundException` },
  SetNotFound: { type: `${model}BackupSetNotFoundException` },
  SetInUse: { type: `${model}BackupSetInUseException` },
  GroupNotFound: { type: `${model}TableGroupNotFoundException` },
  SinkNotFound: { type: `${model}DataSinkNotFoundException` },
  SinkUnreachable: { type: `${model}DataSinkUnreachableException` },
} as const satisfies Readonly<Partial<Record<ErrorCode, Rendering>>>;

/** An error that one operation renders in its own way. */
export interface OwnError extends Rendering {
  readonly code: ErrorCode;
}

/**
 * An error in an operation's description: a code that is rendered in the common way, or the operation's own rendering.
 */
export type OperationError = keyof typeof renderings | OwnError;

const damaged = {
  type: `${model}BackupDamagedException`,
  text: 'The backup is damaged: its stored content has changed since it was written. VerifyBackup shows where',
  isFault: true,
} as const;

/**
 * The errors of operations that read a backup's content. Shows the error's own message, which names the backup (a
 * comparison has two) and the reason if the backup failed.
 */
export const readErrors: readonly OperationError[] = [
  { code: 'BackupNotFound', type: renderings.BackupNotFound.type },
  'BackupInUse',
  'SinkNotFound',
  { code: 'SnapshotCorrupt', ...damaged },
  { code: 'ObjectNotFound', ...damaged },
];

/** The name of an error on the wire, without its prefix. */
export function toWireName(error: OperationError): string {
  const { type } = typeof error === 'string' ? renderings[error] : error;
  return type.slice(type.indexOf('#') + 1);
}

export const unknownOperation = { __type: `${service}UnknownOperationException` };

/** The body of a 400 answer. */
export interface Refusal {
  readonly body: object;
  readonly isFault: boolean;
}

/**
 * Renders an error as a 400 answer, with the renderings of the operation's own `errors` first. Returns undefined for an
 * error that is the service's fault and whose detail is not for the caller.
 */
export function renderError(
  error: unknown,
  body: JsonObject,
  errors: readonly OperationError[],
): Refusal | undefined {
  if (error instanceof SerializationError) {
    const Message = error.message || undefined;
    return { body: { __type: `${service}SerializationException`, Message }, isFault: false };
  }
  if (isThrottled(error)) return { body: throttled, isFault: true };
  if (!(error instanceof TidemarkError)) return undefined;
  const rendering = findRendering(error.code, errors);
  if (rendering === undefined) return undefined;
  const message = rendering.text ?? describeMember(rendering, body, error.message) ?? error.message;
  return {
    body: { __type: rendering.type, [rendering.messageName ?? 'message']: message },
    isFault: rendering.isFault ?? false,
  };
}

function findRendering(code: ErrorCode, errors: readonly OperationError[]): Rendering | undefined {
  const own = errors.find((error) => typeof error !== 'string' && error.code === code);
  const common: Readonly<Partial<Record<ErrorCode, Rendering>>> = renderings;
  return typeof own === 'object' ? own : common[code];
}

function describeMember({ about }: Rendering, body: JsonObject, own: string): string | undefined {
  const value = about?.members.map((member) => body[member]).find((value) => typeof value === 'string');
  return about && typeof value === 'string' ? about.text(value, own) : undefined;
}
