import { prefixes } from '../lambda/dialects/dynamodb/error-names.ts';

/** What the handlers do not say of their operations: what they are for, how they fail, and one request as an example. */
interface OperationFacts {
  readonly text: string;
  /** Names of the errors that only some operations have. */
  readonly errors: readonly string[];
  readonly example: object;
}

const table = 'Music';
const backup = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music/backup/01576616366715-b4e58d3a';
const laterBackup = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music/backup/01576702766715-0c1d2e3f';

const [tableNotFound, tableInUse, tableExists] = [
  'TableNotFoundException',
  'TableInUseException',
  'TableAlreadyExistsException',
];
const [backupNotFound, backupInUse, backupDamaged] = [
  'BackupNotFoundException',
  'BackupInUseException',
  'BackupDamagedException',
];
const limitExceeded = 'LimitExceededException';
const unavailable = 'ContinuousBackupsUnavailableException';

export const operationFacts: Readonly<Record<string, OperationFacts>> = {
  CreateBackup: {
    text: 'Catalogs a backup of a table and answers at once; the content follows, up to the time of the request.',
    errors: [tableNotFound, tableInUse, unavailable, limitExceeded],
    example: {
      TableName: table,
      BackupName: 'nightly',
      TidemarkOptions: { Kind: 'INCREMENTAL', Source: 'STREAM', Comment: 'before the new release' },
    },
  },
  DescribeBackup: {
    text: 'Tells everything about one backup and the table as it was.',
    errors: [backupNotFound],
    example: { BackupArn: backup },
  },
  ListBackups: {
    text: 'Lists backups in the order of their creation, of all tables or of one, between two times.',
    errors: [],
    example: { TableName: table, Limit: 10, TimeRangeLowerBound: 1576616366, BackupType: 'ALL' },
  },
  DeleteBackup: {
    text: 'Ends a backup. What only it needed is removed from the store later.',
    errors: [backupNotFound, backupInUse, limitExceeded],
    example: { BackupArn: backup },
  },
  RestoreTableFromBackup: {
    text: 'Makes a new table with the content of a backup.',
    errors: [tableExists, tableInUse, backupNotFound, backupInUse, limitExceeded],
    example: {
      TargetTableName: 'Music-copy',
      BackupArn: backup,
      BillingModeOverride: 'PAY_PER_REQUEST',
      LocalSecondaryIndexOverride: [],
      TidemarkOptions: { Keep: ['STREAM', 'TIME_TO_LIVE'] },
    },
  },
  RestoreTableToPointInTime: {
    text: 'Makes a new table with the content that another one had at a time, or has now.',
    errors: [
      'SourceTableNotFoundException',
      tableExists,
      tableInUse,
      'PointInTimeRecoveryUnavailableException',
      'InvalidRestoreTimeException',
      limitExceeded,
    ],
    example: { SourceTableName: table, TargetTableName: 'Music-noon', RestoreDateTime: 1576670400 },
  },
  DescribeContinuousBackups: {
    text: 'Tells whether a table can be restored to a point in time, and to which.',
    errors: [tableNotFound],
    example: { TableName: table },
  },
  UpdateContinuousBackups: {
    text: "Switches a table's point-in-time recovery on or off.",
    errors: [tableNotFound, unavailable],
    example: {
      TableName: table,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
    },
  },
  DescribeTable: {
    text: 'Describes a table. One that is being restored is CREATING until its content is whole.',
    errors: ['ResourceNotFoundException'],
    example: { TableName: table },
  },
  GetBackupItem: {
    text: 'Reads one item of a backup by its key, without restoring anything.',
    errors: [backupNotFound, backupInUse, backupDamaged],
    example: { BackupArn: backup, Key: { Artist: { S: 'Nina' } } },
  },
  CompareBackups: {
    text: 'Tells which keys were added, changed and removed from one backup of a table to another, page by page.',
    errors: [backupNotFound, backupInUse, backupDamaged],
    example: { BackupArn: backup, OtherBackupArn: laterBackup, Limit: 100 },
  },
  VerifyBackup: {
    text: 'Reads what is stored of a backup and checks it, page by page.',
    errors: [backupNotFound, backupInUse, backupDamaged],
    example: { BackupArn: backup, Share: 0.1 },
  },
  EstimateRestore: {
    text: 'Tells what a restore of a backup would take: money and time, by an import and by writes.',
    errors: [backupNotFound, backupInUse],
    example: { BackupArn: backup },
  },
  PlanSweep: {
    text: 'Tells what the next sweep would delete from the store, and changes nothing.',
    errors: [],
    example: { TableName: table },
  },
};

/**
 * Errors that any operation may answer, with the prefix that stands before the name in `__type`. All are 400. Those
 * about signatures are API Gateway's, in the words of lib/api/gateway-responses.ts.
 */
export const commonErrors: Readonly<Record<string, string>> = {
  ValidationException: prefixes.validate,
  SerializationException: prefixes.service,
  UnknownOperationException: prefixes.service,
  MissingAuthenticationTokenException: prefixes.service,
  AccessDeniedException: prefixes.service,
  InvalidSignatureException: prefixes.service,
  ExpiredTokenException: prefixes.service,
  UnrecognizedClientException: prefixes.service,
  ThrottlingException: prefixes.availability,
};
