import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/*
 * What public probes of DynamoDB found out about its backup API and its streams in October 2026, fact by fact, each with where
 * it is tested or, if Tidemark does otherwise on purpose, where the limits say so. The words in quotes are those that a test or
 * the page must have.
 */

const facts = 'test/dialects/dynamodb/facts.test.ts';
const dialect = 'test/dialects/dynamodb/dialect.test.ts';
const convert = 'test/dialects/dynamodb/convert.test.ts';
const errors = 'test/dialects/dynamodb/errors.test.ts';
const requests = 'test/scenarios/wire/requests.test.ts';
const lists = 'test/scenarios/wire/lists.test.ts';
const operations = 'test/operations/database/facts.test.ts';
const restoring = 'test/operations/database/restore-table.test.ts';
const states = 'test/operations/database/table-state.test.ts';
const guard = 'test/local/guard/table-guard.test.ts';
const forgotten = 'test/local/guard/forget-deleted.test.ts';
const underWork = 'test/scenarios/concurrency/wire/tables-under-work.test.ts';
const recovery = 'test/scenarios/wire/continuous-backups.test.ts';
const system = 'test/scenarios/wire/system-backups.test.ts';
const streams = 'test/tables/stream-facts.test.ts';
const limits = 'docs/limits.md';

type Fact = readonly [fact: string, where: string, words: string];

const transport: Fact[] = [
  ['the header X-Amz-Target names the operation', dialect, 'UnknownOperationException'],
  ['any content type but one is accepted or refused as there', dialect, 'application/x-amz-json-1.1'],
  ['a stage is /prod for boto3 and /prod/ for JavaScript', requests, '/prod/'],
  ['GET / is a health check', dialect, 'healthy: dynamodb'],
  ['times are epoch seconds with milliseconds', facts, 'available.marker / 1000'],
  ['unknown members are ignored', convert, 'is ignored at any depth'],
  ['answers have an id and a right checksum', dialect, 'x-amz-crc32'],
  ['modelled errors have their namespace', facts, 'com.amazonaws.dynamodb.v20120810#'],
  ['validation errors have another', facts, 'com.amazon.coral.validate#ValidationException'],
  ['a wrong type is a SerializationException', convert, 'NUMBER_VALUE cannot be converted to'],
  ['a structure in the place of a text too', convert, 'Start of structure or map found where not expected'],
  ['bad JSON has no message', 'test/scenarios/wire/bodies.test.ts', 'SerializationException'],
  ['no signature', dialect, 'Request is missing Authentication Token'],
  ['no right', 'test/lib/api/gateway-responses.test.ts', 'AccessDeniedException'],
  ['throttling is Rate exceeded', errors, 'Rate exceeded'],
  ['a shape error names value and member', facts, 'have length greater than or equal to 3'],
  ['shape errors are counted', facts, '2 validation errors detected'],
  ['at most 10 of them are named', facts, '10 validation errors detected'],
  ['null has no quotes', facts, 'not be null'],
  ['an empty target has its own text', facts, 'TableName must be at least 3 characters long'],
  ['throughput: writes before reads', facts, 'provisionedThroughputOverride.writeCapacityUnits'],
  ['backupName: pattern before length', facts, "Value '' at 'backupName'"],
  ['tableName of DescribeTable: length first', facts, "Value '' at 'tableName'"],
];

const names: Fact[] = [
  ['a backup name has 3 to 255 characters', facts, 'have length less than or equal to 255'],
  ['a table is named by name or ARN', 'test/operations/database/table-references.test.ts', 'Invalid AWS'],
  ['a limit is 1 to 100', facts, 'have value less than or equal to 100'],
  ['there are four types of backups', facts, '[USER, SYSTEM, AWS_BACKUP, ALL]'],
  ['a period is 1 to 35 days', facts, 'have value less than or equal to 35'],
  ['an empty backup ARN has no length error', facts, 'Invalid Backup ARN'],
  ['the digits of a backup’s id are its creation time', facts, 'BackupCreationDateTime: time'],
  ['another known region is ignored, and echoed', operations, 'names another region that AWS has'],
  ['an unknown region, partition or service', operations, 'Invalid Request: BackupArn is not valid'],
  ['an empty region, another account', operations, 'Access is denied'],
  [
    'a cursor of another region',
    operations,
    'The supplied ExclusiveStartBackupArn does not match the region',
  ],
  ['a table ARN of another region or partition', operations, '1 validation error detected: Invalid AWS'],
  ['a table ARN of another form', limits, '`Valid ARN format is`'],
  ['backups have no tags', 'test/scenarios/wire/own-streams.test.ts', 'Provided Arn is not a DynamoDB'],
  ['operations have bursty buckets', limits, 'only a handful of DescribeBackup'],
  ['CreateBackup: 50 a second, in bursts more', limits, '50 CreateBackup'],
  ['50 restores at a time', restoring, 'Subscriber limit exceeded'],
];

const backups: Fact[] = [
  ['the answer is CREATING, of type USER, with the request’s time', facts, "BackupStatus: 'CREATING'"],
  ['a missing table', facts, 'Table not found: Music'],
  ['a table that is CREATING, or a restore’s target', states, 'Table not found'],
  ['a table that is new: backups are being enabled', states, 'Backups are being enabled'],
  ['a DELETING table is backed up for 1.6 s', forgotten, "['createBackup', 1600]"],
  ['a table whose key is disabled', limits, 'KMS key'],
  ['a backup outlives its table at once', underWork, 'deleted right after the request'],
  ['SDK retries repeat their id', 'test/scenarios/wire/retries.test.ts', 'invocation id'],
  [
    'contents: the minute around the request',
    'test/scenarios/content/wire/exports.test.ts',
    'later than a minute',
  ],
  ['size and count are the table’s lagging figures', limits, '`BackupSizeBytes`'],
  ['an unknown or deleted backup', facts, 'Backup not found: '],
  ['a plain table has no features', facts, 'SourceTableFeatureDetails'],
  ['features only while they are enabled', facts, 'StreamDescription'],
  ['on demand has 0 and 0', facts, 'ReadCapacityUnits: 0'],
  ['nothing of class and protection', facts, 'DeletionProtection'],
  ['a deletion answers DELETED', facts, "BackupStatus: 'DELETED'"],
  ['a second deletion fails', 'test/scenarios/concurrency/wire/deleting.test.ts', 'concurrent deletions'],
  [
    'a backup in use',
    'test/scenarios/concurrency/wire/deleting.test.ts',
    'Backup is being used to restore table',
  ],
  [
    'only its TableId distinguishes a table that was made again',
    'test/scenarios/restore/wire/restores.test.ts',
    'successive tables',
  ],
  ['a system backup of a deleted table', system, '$DeletedTableBackup'],
  ['no system backup without recovery', system, 'a table without recovery'],
  ['recovery that is changed while the table is DELETING', limits, 'while its table is `DELETING`'],
  ['a system backup cannot be deleted', system, 'not allowed to delete the system backup'],
  ['lists hide system backups', system, 'not in those of type USER'],
  ['bounds of a list', lists, 'include the lower bound and exclude the upper one'],
  ['a cursor is a position', lists, 'cursor'],
  ['the lower bound above the upper one', facts, 'Time range lower bound must be less than'],
];

const restores: Fact[] = [
  ['the answer has a summary; indexes have no status', facts, 'RestoreInProgress'],
  ['the summary is gone from ACTIVE on', limits, '`RestoreSummary` stays'],
  ['the target exists', facts, 'Table already exists: Copy'],
  ['the target is being restored', restoring, 'is already being restored'],
  ['the backup feeds another restore', limits, 'Several restores may read one backup'],
  ['another region', operations, 'sseSpecificationOverride must be provided for cross-region restores'],
  ['throughput of an on-demand source', operations, 'unless BillingMode is PROVISIONED'],
  ['throughput with PAY_PER_REQUEST', operations, 'overridden to PAY_PER_REQUEST for index by-year'],
  ['PROVISIONED without throughput', operations, 'Must override ProvisionedThroughput'],
  ['an index without throughput', operations, 'Must specify provisioned throughput for index by-year'],
  ['no override of the indexes', operations, 'GlobalSecondaryIndexOverride must be specified for index'],
  ['a maximum of a provisioned table', operations, 'Cannot override MaxReadRequestUnits'],
  ['a maximum of 0', operations, 'is outside of valid range'],
  ['an index of another projection', operations, 'does not match a secondary index that existed'],
  ['no maxima: TableInUseException, yet it restores', limits, '`OnDemandThroughputOverride: {}`'],
  ['encryption `{}` and false are DynamoDB’s own key', operations, '{ Enabled: false }'],
  ['`{SSEType: KMS}` alone enables KMS', operations, "{ sse: { SSEType: 'KMS' } }"],
  ['a key that is disabled, missing or of another kind', limits, 'KMS key'],
  ['`[]` means no indexes, a match may be renamed', operations, "IndexName: 'renamed'"],
  ['the table’s throughput is its own', operations, 'throughput is its own'],
  ['kept: encryption, mode, throughput, indexes', operations, 'nothing is wanted'],
  ['dropped: stream, TTL, class, protection', operations, 'deletionProtection'],
  ['dropped: tags, policy', limits, 'Tags, the resource policy and auto scaling'],
  ['CREATING: tags, TTL, UpdateTable', guard, 'Requested resource not found: Table: target not found'],
  ['CREATING: backups and recovery', states, 'Table not found'],
  ['CREATING: CreateTable', guard, 'used: target'],
  ['CREATING: DeleteTable', guard, 'created: target'],
];

const pointInTime: Fact[] = [
  ['a missing source is TableNotFoundException', facts, "'RestoreTableToPointInTime', toTime"],
  ['by ARN its text is bare', facts, "'Table not found',"],
  ['the order of the checks', recovery, 'in this order'],
  ['both sources', facts, 'Must provide exactly one of: sourceTableArn, sourceTableName'],
  ['no source', facts, "The parameter 'TableName' is required"],
  ['both times', facts, 'Both RestoreDateTime and UseLatestRestorableTime cannot be set'],
  ['no time', facts, 'Either one of RestoreDateTime or UseLatestRestorableTime must be specified'],
  ['an ARN that is none', facts, 'sourceTableArn is not a valid ARN'],
  ['another account', operations, 'accounts that match the resource owner’s account'],
  ['recovery is off', facts, 'Point in time recovery is not enabled for table'],
  ['a time out of range', recovery, 'must be within EarliestRestorable'],
  ['a DELETING source for a second', forgotten, "['restoreToPointInTime', 1000]"],
  ['recovery of a missing table', facts, "'DescribeContinuousBackups', { TableName: 'Music' }"],
  ['continuous backups are DISABLED for 3 s', limits, '`ContinuousBackupsStatus`'],
  ['off: only its status', facts, "PointInTimeRecoveryStatus: 'DISABLED'"],
  ['on: times in whole seconds', facts, 'EarliestRestorableDateTime: from'],
  ['the latest time is 5 minutes ago', limits, 'latest restorable time'],
  ['off and on moves the earliest time', recovery, 'another earliest time and its default period'],
  ['off with a period', facts, 'Cannot specify RecoveryPeriodInDays when disabling'],
  ['0 or 36 days is a shape error first', facts, 'recoveryPeriodInDays'],
  ['DELETING: both for a second', forgotten, "['updateContinuousBackups', 1000]"],
  ['the same name again: off', recovery, 'a new table of the same name begins without it'],
  ['the gateway’s own errors get a type', 'test/lib/api/gateway-responses.test.ts', '__type'],
  ['answers are not compressed', requests, 'not compressed'],
];

const readers: Fact[] = [
  ['a label is the time of enabling', limits, 'The label of a stream'],
  ['UPDATING has the new ARN already', streams, 'UPDATING'],
  ['off: the specification is absent, the ARN stays', streams, 'the specification is absent'],
  ['on again is another stream', streams, 'it ends in another stream'],
  ['the view type cannot change in place', streams, 'another view type'],
  ['no call is a no-op', limits, 'UpdateTable about streams'],
  ['a stream’s change takes no other change', streams, 'is requested alone'],
  ['an index is made after it, alone', 'test/restore/database/change-table.test.ts', 'UpdateTable'],
  ['while it changes: backups and recovery pass', 'test/operations/check-source.test.ts', 'UPDATING'],
  ['ListStreams lists streams of deleted tables', streams, 'no stream is found by ListStreams'],
  ['a deleted table’s stream is readable', streams, "['ENABLED', 'DISABLING', 'DISABLED']"],
  ['an inaccessible key', limits, '`INACCESSIBLE_ENCRYPTION_CREDENTIALS`'],
  ['a restored table has no stream', streams, 'as of a restored one'],
  [
    'streams have no tags',
    'test/scenarios/wire/own-streams.test.ts',
    'Requested resource not found: ResourceArn: ',
  ],
  ['the policy of a stream', limits, 'policies of streams'],
];

const texts = new Map<string, string>();

function textOf(file: string): string {
  const text = texts.get(file) ?? readFileSync(file, 'utf8').replaceAll(/\s+/g, ' ');
  texts.set(file, text);
  return text;
}

describe.each(
  Object.entries({ transport, names, backups, restores, 'points in time': pointInTime, streams: readers }),
)('each fact of %s is tested, or a limit', (_topic, list) => {
  it.each(list)('%s: %s', (_fact, where, words) => {
    expect(textOf(where)).toContain(words.replaceAll(/\s+/g, ' '));
  });
});

it('no path of an endpoint is one that API Gateway reserves', () => {
  expect(textOf('docs/api/openapi.json')).not.toMatch(/"\/s?ping/);
  expect(textOf('docs/api/openapi.json')).toContain('"/read');
});
