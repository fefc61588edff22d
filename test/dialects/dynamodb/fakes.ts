import { vi } from 'vitest';
import type { WireRequest } from '../../../lambda/dialects/wire.ts';
import { handle } from '../../../lambda/dialects/dynamodb/dialect.ts';
import { parseBackupArn } from '../../../lambda/model/backup-arn.ts';
import type { BackupId, BackupRecord, RestoreRecord } from '../../../lambda/model/records.ts';
import type { PointInTimeRecovery } from '../../../lambda/native/recovery.ts';
import type { RestoreEstimate } from '../../../lambda/operations/estimate-restore.ts';
import type { Operations } from '../../../lambda/operations/operations.ts';
import type { DryRun } from '../../../lambda/operations/restore-table.ts';
import { type ErrorCode, TidemarkError } from '../../../lambda/runtime/errors.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { createRestoreId } from '../../../lambda/model/ids.ts';

export const tableArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music';
export const arn = `${tableArn}/backup/01576616366715-b4e58d3a`;

function backupId(of: string): BackupId {
  const parsed = parseBackupArn(of);
  if (parsed === undefined) throw new Error(`not a backup's ARN: ${of}`);
  return parsed.id;
}

export const creating: BackupRecord = {
  id: backupId(arn),
  arn,
  name: 'nightly',
  table: { name: 'Music', arn: tableArn, tableId: '0b1c2d3e-0000-4000-8000-000000000001' },
  description: {
    keySchema: [{ AttributeName: 'Artist', KeyType: 'HASH' }],
    attributeDefinitions: [{ AttributeName: 'Artist', AttributeType: 'S' }],
    createdAt: 1_500_000_000_500,
    sizeBytes: 2048,
    itemCount: 7,
    billingMode: 'PAY_PER_REQUEST',
    localSecondaryIndexes: [],
    globalSecondaryIndexes: [],
  },
  marker: 1_576_616_366_715,
  status: 'CREATING',
  attempts: 1,
  internal: false,
};

export const available: BackupRecord = {
  ...creating,
  description: {
    ...creating.description,
    billingMode: 'PROVISIONED',
    provisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 3 },
    localSecondaryIndexes: [
      {
        IndexName: 'ByTitle',
        KeySchema: [{ AttributeName: 'Artist', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    globalSecondaryIndexes: [
      {
        IndexName: 'ByYear',
        KeySchema: [{ AttributeName: 'Year', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
        ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 1 },
      },
    ],
    stream: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    timeToLive: { TimeToLiveStatus: 'ENABLED', AttributeName: 'until' },
    sse: { Status: 'ENABLED', SSEType: 'KMS', InaccessibleEncryptionDateTime: new Date(1_500_000_001_250) },
  },
  status: 'AVAILABLE',
  kind: 'incremental',
  source: 'stream',
  parent: backupId(`${tableArn}/backup/01576616300000-00000000`),
  figures: {
    items: 7,
    bytes: 1900,
    copiedBytes: 300,
    copiedFiles: 2,
    copiedRecords: 3,
    durations: { collect: 12 },
  },
  digest: '00112233445566778899aabbccddeeff',
};

export const restoring: RestoreRecord = {
  id: createRestoreId(1_576_616_400_000, '0123abcd'),
  target: 'Music-copy',
  backup: available.id,
  backupArn: arn,
  source: available.table,
  description: available.description,
  contentTime: available.marker,
  requestedAt: 1_576_616_400_001,
  status: 'RESTORING',
  attempts: 1,
};

/** A restore that was not begun. */
const planning: DryRun['restore'] = {
  target: restoring.target,
  backupArn: arn,
  source: available.table,
  description: available.description,
  contentTime: available.marker,
  requestedAt: restoring.requestedAt,
};

/** A table's point-in-time recovery, switched on. */
const recovery: PointInTimeRecovery = {
  enabled: true,
  recoveryPeriodInDays: 7,
  earliest: 1_576_000_000_000,
  latest: 1_576_616_366_500,
};

const cost = { bytesRead: 4096, requests: 3 };

/** What comparing and verifying answer: one page, the whole. */
export const compared = {
  from: available,
  to: available,
  counts: { added: 1, changed: 1, removed: 0 },
  differences: [
    { change: 'added', key: '{"Artist":{"S":"Miles"}}' },
    { change: 'changed', key: '{"Artist":{"S":"Nina"}}' },
  ],
  ...cost,
  progress: 1,
} as const;

export const verified = {
  backup: available,
  share: 1,
  frames: 5,
  items: 7,
  problems: [],
  problemCount: 0,
  ...cost,
  progress: 1,
} as const;

const none = { objects: 0, bytes: 0 };

/** The sweep's plan for one table: a run to be deleted, a run that is kept. */
export const planned = {
  folder: 'tables/0b1c2d3e',
  table: 'Music',
  plan: {
    delete: [{ key: 'tables/0b1c2d3e/runs/old.zst', bytes: 1500, why: 'unreferenced-run' }],
    forget: [available.id],
    totals: {
      'unreferenced-run': { objects: 1, bytes: 1500 },
      'dead-manifest': none,
      'ended-staging': none,
      live: { objects: 2, bytes: 30_000 },
      working: none,
      unknown: { objects: 1, bytes: 7 },
    },
    unknown: ['tables/0b1c2d3e/note.txt'],
  },
} as const;

/** What a restore takes, both ways. */
export const estimated: RestoreEstimate = {
  items: 7,
  bytes: 1900,
  ways: [
    { way: 'import', impossible: 'an import makes no local secondary indexes' },
    { way: 'writes', usd: { low: 0.0000123456, high: 0.5 }, seconds: { low: 20.4, high: 121 } },
  ],
  choice: { way: 'writes', why: 'restoreBy is writes' },
  auto: { way: 'writes', why: 'an import makes no local secondary indexes' },
  prices: { region: 'us-east-1', asOf: '2026-11-21' },
};

/** Operations that succeed, except for those given. */
export function fakeOperations(given: Partial<Operations> = {}) {
  return {
    createBackup: vi.fn<Operations['createBackup']>(given.createBackup ?? (async () => creating)),
    describeBackup: vi.fn<Operations['describeBackup']>(given.describeBackup ?? (async () => available)),
    listBackups: vi.fn<Operations['listBackups']>(
      given.listBackups ?? (async () => ({ backups: [available] })),
    ),
    deleteBackup: vi.fn<Operations['deleteBackup']>(given.deleteBackup ?? (async () => available)),
    restoreTable: vi.fn<Operations['restoreTable']>(
      given.restoreTable ?? (async () => ({ restore: restoring })),
    ),
    dryRunRestore: vi.fn<Operations['dryRunRestore']>(
      given.dryRunRestore ?? (async () => ({ restore: planning, estimate: estimated })),
    ),
    estimateRestore: vi.fn<Operations['estimateRestore']>(given.estimateRestore ?? (async () => estimated)),
    restoreToPointInTime: vi.fn<Operations['restoreToPointInTime']>(
      given.restoreToPointInTime ?? (async () => ({ restore: { ...restoring, pointInTime: true } })),
    ),
    describeContinuousBackups: vi.fn<Operations['describeContinuousBackups']>(
      given.describeContinuousBackups ?? (async () => recovery),
    ),
    updateContinuousBackups: vi.fn<Operations['updateContinuousBackups']>(
      given.updateContinuousBackups ?? (async () => recovery),
    ),
    describeTable: vi.fn<Operations['describeTable']>(
      given.describeTable ?? (async () => ({ table: { TableName: 'Music', TableStatus: 'ACTIVE' } })),
    ),
    getBackupItem: vi.fn<Operations['getBackupItem']>(
      given.getBackupItem ?? (async () => ({ backup: available, item: '{"Artist":{"S":"Nina"}}', ...cost })),
    ),
    compareBackups: vi.fn<Operations['compareBackups']>(given.compareBackups ?? (async () => compared)),
    verifyBackup: vi.fn<Operations['verifyBackup']>(given.verifyBackup ?? (async () => verified)),
    planSweep: vi.fn<Operations['planSweep']>(given.planSweep ?? (async () => [planned])),
  };
}

/** Operations that all fail with this. */
export function throwingOperations(thrown: unknown) {
  const fail = () => Promise.reject(thrown);
  return fakeOperations({
    createBackup: fail,
    describeBackup: fail,
    listBackups: fail,
    deleteBackup: fail,
    restoreTable: fail,
    dryRunRestore: fail,
    estimateRestore: fail,
    restoreToPointInTime: fail,
    describeContinuousBackups: fail,
    updateContinuousBackups: fail,
    describeTable: fail,
    getBackupItem: fail,
    compareBackups: fail,
    verifyBackup: fail,
    planSweep: fail,
  });
}

/** Operations that all fail with this code. */
export function failingOperations(code: ErrorCode) {
  return throwingOperations(new TidemarkError(code, 'its own words'));
}

/** A request for an operation with this body: text as it is, anything else as JSON. */
export function post(operation: string, body: unknown, more: Partial<WireRequest> = {}): WireRequest {
  return {
    method: 'POST',
    path: '/',
    signed: true,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...more,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      ...more.headers,
    },
  };
}

/** The status and the parsed body of the answer. */
export async function answerTo(operations: Operations, operation: string, body: unknown) {
  const answer = await handle(operations, post(operation, body), silentLog);
  const parsed: unknown = JSON.parse(answer.body);
  return { status: answer.status, answer: parsed };
}

/** A request that is valid, for each operation. */
export const validRequests = {
  CreateBackup: { TableName: 'Music', BackupName: 'nightly' },
  DescribeBackup: { BackupArn: arn },
  ListBackups: {},
  DeleteBackup: { BackupArn: arn },
  RestoreTableFromBackup: { TargetTableName: 'Copy', BackupArn: arn },
  RestoreTableToPointInTime: {
    SourceTableName: 'Music',
    TargetTableName: 'Copy',
    UseLatestRestorableTime: true,
  },
  DescribeContinuousBackups: { TableName: 'Music' },
  UpdateContinuousBackups: {
    TableName: 'Music',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  },
  DescribeTable: { TableName: 'Music' },
  GetBackupItem: { BackupArn: arn, Key: { Artist: { S: 'Nina' } } },
  CompareBackups: { BackupArn: arn, OtherBackupArn: arn },
  VerifyBackup: { BackupArn: arn },
  PlanSweep: {},
} as const;

export type OperationName = keyof typeof validRequests;

export const operationNames = Object.keys(validRequests) as OperationName[];

/** True if a request reached an operation. */
export function wasCalled(operations: ReturnType<typeof fakeOperations>): boolean {
  return Object.values(operations).some((each) => each.mock.calls.length > 0);
}
