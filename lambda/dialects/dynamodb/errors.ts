import { tableNameOf } from '../../model/backup-arn.ts';
import { type ErrorCode, TidemarkError } from '../../runtime/errors.ts';
import { isThrottled } from '../../runtime/throttling.ts';
import { prefixes, throttled } from './error-names.ts';
import { type JsonObject, SerializationError } from './json.ts';

const { model, service, validate } = prefixes;

/** How an error looks on the wire. Without a text of its own it has the error's. */
interface WireError {
  /** `__type`, with its prefix. */
  readonly type: string;
  /** The service's text about a member of the request: the first of these that it has. */
  readonly about?: { readonly members: readonly string[]; readonly text: (value: string) => string };
  readonly text?: string;
  /** Part of the service writes `Message`. */
  readonly messageName?: 'Message';
  /** The caller cannot mend it: it is logged. */
  readonly isFault?: true;
}

export type WireErrors = Readonly<Partial<Record<ErrorCode, WireError>>>;

/** The body of a 400 answer. */
export interface Refusal {
  readonly body: object;
  readonly isFault: boolean;
}

/** What a caller can mend. Every other error is the service's fault, and its detail is not the caller's. */
const wireErrors: WireErrors = {
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
};

/** DescribeTable is older than backups and has a name of its own for a table that is not there. */
export const describeTableErrors: WireErrors = {
  TableNotFound: {
    type: `${model}ResourceNotFoundException`,
    about: {
      members: ['TableName'],
      text: (table) => `Requested resource not found: Table: ${tableNameOf(table)} not found`,
    },
  },
};

const source = ['SourceTableName', 'SourceTableArn'];

/** A request with a source and a target says which of them it is about. */
export const pointInTimeErrors: WireErrors = {
  TableNotFound: {
    type: `${model}SourceTableNotFoundException`,
    about: { members: source, text: (table) => `Source table not found: ${tableNameOf(table)}` },
  },
  PointInTimeRecoveryUnavailable: {
    type: `${model}PointInTimeRecoveryUnavailableException`,
    about: {
      members: source,
      text: (table) => `Point in time recovery is not enabled for table '${tableNameOf(table)}'`,
    },
  },
};

const damaged: WireError = {
  type: `${model}BackupDamagedException`,
  text: 'The backup is damaged: what is stored is not what was written. VerifyBackup tells where',
  isFault: true,
};

/** A comparison names two backups, and a failed backup's reason is worth telling: the error's own message says both. */
export const readingErrors: WireErrors = {
  BackupNotFound: { type: `${model}BackupNotFoundException` },
  SnapshotCorrupt: damaged,
  ObjectNotFound: damaged,
};

export const unknownOperation = { __type: `${service}UnknownOperationException` };

/**
 * The 400 answer, or undefined if the error is no fault of the request and tells the caller nothing.
 * `overrides` go before the common table.
 */
export function renderError(error: unknown, body: JsonObject, overrides: WireErrors): Refusal | undefined {
  if (error instanceof SerializationError) {
    const Message = error.message || undefined;
    return { body: { __type: `${service}SerializationException`, Message }, isFault: false };
  }
  if (isThrottled(error)) return { body: throttled, isFault: true };
  if (!(error instanceof TidemarkError)) return undefined;
  const wire = overrides[error.code] ?? wireErrors[error.code];
  if (wire === undefined) return undefined;
  const message = wire.text ?? aboutMember(wire, body) ?? error.message;
  return {
    body: { __type: wire.type, [wire.messageName ?? 'message']: message },
    isFault: wire.isFault ?? false,
  };
}

function aboutMember({ about }: WireError, body: JsonObject): string | undefined {
  const value = about?.members.map((member) => body[member]).find((value) => typeof value === 'string');
  return about && typeof value === 'string' ? about.text(value) : undefined;
}
