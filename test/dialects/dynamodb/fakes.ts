import { type Mock, vi } from 'vitest';
import type { WireRequest } from '../../../lambda/dialects/wire.ts';
import { apiOperations, type OperationName } from '../../../lambda/dialects/dynamodb/api-operations.ts';
import { handle } from '../../../lambda/dialects/dynamodb/dialect.ts';
import { parseBackupArn } from '../../../lambda/model/backup-arn.ts';
import type { BackupRecord, RestoreRecord } from '../../../lambda/model/records.ts';
import { type BackupSet, toSetId } from '../../../lambda/model/sets.ts';
import type { PointInTimeRecovery } from '../../../lambda/native/recovery.ts';
import type { RestoreEstimate } from '../../../lambda/operations/estimate-restore.ts';
import type { Operations } from '../../../lambda/operations/operations.ts';
import type { DryRun } from '../../../lambda/operations/dry-run-restore.ts';
import { type ErrorCode, TidemarkError } from '../../../lambda/runtime/errors.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { createRestoreId, type BackupId } from '../../../lambda/model/ids.ts';

export const tableArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music';
export const arn = `${tableArn}/backup/01576616366715-b4e58d3a`;

function backupId(of: string): BackupId {
  const parsed = parseBackupArn(of);
  if (parsed === undefined) throw new Error(`not the ARN of a backup: ${of}`);
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

/** A failed restore whose table Tidemark could not remove. */
export const failed: RestoreRecord = {
  ...restoring,
  id: createRestoreId(1_576_616_300_000, '00000001'),
  target: 'Music-lost',
  targetTableId: '0b1c2d3e-0000-4000-8000-000000000002',
  status: 'FAILED',
  reason: 'WritesRefused: throttled',
  targetFate: { kind: 'kept', why: 'protected' },
  endedAt: 1_576_616_500_000,
};

/** A dry run: a restore that passed all checks and was not started. */
const planning: DryRun['restore'] = {
  target: restoring.target,
  backupArn: arn,
  source: available.table,
  description: available.description,
  contentTime: available.marker,
  requestedAt: restoring.requestedAt,
};

/** A table's enabled point-in-time recovery. */
const recovery: PointInTimeRecovery = {
  enabled: true,
  recoveryPeriodInDays: 7,
  earliest: 1_576_000_000_000,
  latest: 1_576_616_366_500,
};

const cost = { bytesRead: 4096, requests: 3 };

/** The results of a comparison and a verification that end on their first page. */
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

/** The sweep's plan for one table: it deletes one run and keeps two. */
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

/** The estimate of a restore, for both ways. */
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

/** A backup set of one table. */
const backupSet: BackupSet = {
  id: toSetId(7),
  name: 'nightly',
  tables: ['Music'],
  marker: 1_576_616_366_715,
  status: 'CREATING',
  fingerprint: '0'.repeat(64),
  members: [{ table: 'Music', status: 'CREATING', backup: creating.id, backupArn: arn, sizeBytes: 2048 }],
  progress: { percent: 0, tablesDone: 0, tables: 1 },
};

/** The successful result of each operation. */
const results: { readonly [N in keyof Operations]: Awaited<ReturnType<Operations[N]>> } = {
  createBackup: creating,
  describeBackup: available,
  findBackupUse: { restores: [] },
  listBackups: { backups: [available] },
  deleteBackup: available,
  cancelBackup: { ...available, status: 'FAILED', reason: 'Cancelled by ada' },
  restoreTable: { restore: restoring },
  dryRunRestore: { restore: planning, estimate: estimated },
  estimateRestore: estimated,
  restoreToPointInTime: { restore: { ...restoring, pointInTime: true } },
  describeRestore: failed,
  listRestores: { restores: [restoring, failed] },
  describeContinuousBackups: recovery,
  updateContinuousBackups: recovery,
  describeTable: { table: { TableName: 'Music', TableStatus: 'ACTIVE' } },
  getBackupItem: { backup: available, item: '{"Artist":{"S":"Nina"}}', ...cost },
  compareBackups: compared,
  verifyBackup: verified,
  planSweep: { folders: [planned] },
  createBackupSet: { set: backupSet, isNew: true },
  planBackupSet: {
    members: [],
    items: 0,
    bytes: 0,
    usd: { low: 0, high: 0 },
    monthlyUsd: { low: 0, high: 0 },
    prices: { region: 'us-east-1', asOf: '2024-07-01' },
  },
  describeBackupSet: backupSet,
  listBackupSets: { sets: [backupSet] },
  deleteBackupSet: backupSet,
  restoreBackupSet: [{ table: 'Music', target: 'Copy', started: { restore: restoring } }],
  advanceBackupSet: backupSet,
  describeSeries: {},
  updateSeries: undefined,
  resolveTableGroup: { name: 'all', isConfigured: true, tables: ['Music'] },
  listTableGroups: ['all', 'Music'],
  createDataSink: { name: 'team', destination: 's3://bucket/team' },
  dropDataSink: undefined,
  checkDataSinks: [{ name: 'default', destination: 's3://bucket' }],
  listDataSinks: [{ name: 'default', destination: 's3://bucket' }],
  useNonce: true,
};

type FakeOperations = { readonly [N in keyof Operations]: Mock<Operations[N]> };

/** Creates operations that succeed, unless `given` has another one. */
export function fakeOperations(given: Partial<Operations> = {}): FakeOperations {
  const succeeding = Object.entries(results).map(([name, result]) => [name, async () => result]);
  return mockAll({ ...Object.fromEntries(succeeding), ...given });
}

/** Creates operations that all throw this error. */
export function throwingOperations(thrown: unknown): FakeOperations {
  return mockAll(
    Object.fromEntries(Object.keys(results).map((name) => [name, () => Promise.reject(thrown)])),
  );
}

type AnyOperation = (input: never) => unknown;

function mockAll(operations: Readonly<Record<string, AnyOperation>>): FakeOperations {
  return Object.fromEntries(
    Object.entries(operations).map(([name, run]) => [name, vi.fn<AnyOperation>(run)]),
  ) as FakeOperations;
}

/** Creates operations that all fail with this code. */
export function failingOperations(code: ErrorCode) {
  return throwingOperations(new TidemarkError(code, 'its own words'));
}

/** Creates a request for an operation. A text is sent as its body, any other value as JSON. */
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

/** Sends a request and returns the status and the parsed body of the answer. */
export async function answerTo(operations: Operations, operation: string, body: unknown) {
  const answer = await handle(operations, post(operation, body), silentLog);
  const parsed: unknown = JSON.parse(answer.body);
  return { status: answer.status, answer: parsed };
}

/** A valid request for each operation. */
export const validRequests = {
  CreateBackup: { TableName: 'Music', BackupName: 'nightly' },
  DescribeBackup: { BackupArn: arn },
  ListBackups: {},
  DeleteBackup: { BackupArn: arn },
  CancelBackup: { BackupArn: arn },
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
  EstimateRestore: { BackupArn: arn },
  DescribeRestore: { TargetTableName: 'Copy' },
  ListRestores: {},
  CreateBackupSet: { SetName: 'nightly', TableNames: ['Music'] },
  DescribeBackupSet: { SetName: 'nightly', SetId: 7 },
  ListBackupSets: {},
  DeleteBackupSet: { SetName: 'nightly', SetId: 7 },
  RestoreBackupSet: {
    SetName: 'nightly',
    SetId: 7,
    Targets: [{ TableName: 'Music', TargetTableName: 'Copy' }],
  },
  ListDataSinks: {},
} as const satisfies Readonly<Record<OperationName, object>>;

export const operationNames = apiOperations.map(({ name }) => name);

/** True if a request reached one of the operations. */
export function wasCalled(operations: ReturnType<typeof fakeOperations>): boolean {
  return Object.values(operations).some((each) => each.mock.calls.length > 0);
}
