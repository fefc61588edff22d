import { tableNameOf } from '../../catalog/backup-arn.ts';
import { type ErrorCode, TidemarkError } from '../../runtime/errors.ts';
import { type JsonObject, SerializationError } from './json.ts';

const model = 'com.amazonaws.dynamodb.v20120810#';
const service = 'com.amazon.coral.service#';

/** How an error looks on the wire. */
interface WireError {
  /** `__type`, with its prefix. */
  readonly type: string;
  /** The request's member that the error is about, and the service's text about it; else the error's own message. */
  readonly about?: { readonly member: string; readonly text: (value: string) => string };
  /** Part of the service writes `Message`. */
  readonly messageName?: 'Message';
}

export type WireErrors = Readonly<Partial<Record<ErrorCode, WireError>>>;

/** What a caller can mend. Every other error is the service's fault, and its detail is not the caller's. */
const wireErrors: WireErrors = {
  Validation: { type: 'com.amazon.coral.validate#ValidationException' },
  AccessDenied: { type: `${service}AccessDeniedException`, messageName: 'Message' },
  TableNotFound: {
    type: `${model}TableNotFoundException`,
    about: { member: 'TableName', text: (table) => `Table not found: ${tableNameOf(table)}` },
  },
  TableInUse: { type: `${model}TableInUseException` },
  TableAlreadyExists: {
    type: `${model}TableAlreadyExistsException`,
    about: { member: 'TargetTableName', text: (table) => `Table already exists: ${table}` },
  },
  BackupNotFound: {
    type: `${model}BackupNotFoundException`,
    about: { member: 'BackupArn', text: (arn) => `Backup not found: ${arn}` },
  },
  BackupInUse: { type: `${model}BackupInUseException` },
  BackupNotAvailable: { type: `${model}BackupInUseException` },
  ContinuousBackupsUnavailable: { type: `${model}ContinuousBackupsUnavailableException` },
  LimitExceeded: { type: `${model}LimitExceededException` },
};

/** DescribeTable is older than backups and has a name of its own for a table that is not there. */
export const describeTableErrors: WireErrors = {
  TableNotFound: {
    type: `${model}ResourceNotFoundException`,
    about: {
      member: 'TableName',
      text: (table) => `Requested resource not found: Table: ${tableNameOf(table)} not found`,
    },
  },
};

/** A comparison names two backups, and a failed backup's reason is worth telling: the error's own message says both. */
export const readingErrors: WireErrors = {
  BackupNotFound: { type: `${model}BackupNotFoundException` },
};

export const unknownOperation = { __type: `${service}UnknownOperationException` };

export const internalError = { __type: `${model}InternalServerError`, message: 'Internal server error' };

/**
 * The body of a 400 answer, or undefined if the error is no fault of the request.
 * `overrides` go before the common table.
 */
export function renderError(error: unknown, body: JsonObject, overrides: WireErrors): object | undefined {
  if (error instanceof SerializationError) {
    return { __type: `${service}SerializationException`, ...(error.message && { Message: error.message }) };
  }
  if (!(error instanceof TidemarkError)) return undefined;
  const wire = overrides[error.code] ?? wireErrors[error.code];
  return wire && { __type: wire.type, [wire.messageName ?? 'message']: text(wire, body) ?? error.message };
}

function text({ about }: WireError, body: JsonObject): string | undefined {
  const value = about && body[about.member];
  return about && typeof value === 'string' ? about.text(value) : undefined;
}
