import { describe, expect, test } from 'vitest';
import type { BackupRecord, RestoreRecord, TableDescription } from '../../lambda/model/records.ts';
import type { DescribedTable } from '../../lambda/operations/describe-table.ts';
import type { Operations } from '../../lambda/operations/operations.ts';
import type { ErrorCode } from '../../lambda/runtime/errors.ts';
import {
  answerTo,
  available,
  compared,
  creating,
  failingOperations,
  fakeOperations,
  planned,
  restoring,
  verified,
} from '../dialects/dynamodb/fakes.ts';
import { gatewayResponses } from '../../lib/api/gateway-responses.ts';
import { answers, api, expectValid, structure } from './schemas.ts';

function exampleOf(name: string): object | undefined {
  return api.operations.find((operation) => operation.name === name)?.example;
}

/** Sends the example and expects the document to describe the answer. Returns that answer. */
async function expectDescribed(operations: Operations, name: string, status: number): Promise<unknown> {
  const result = await answerTo(operations, name, exampleOf(name));
  expect(result.status).toBe(status);
  expectValid(answers(name, status), result.answer);
  return result.answer;
}

describe('the example request of each operation', () => {
  test.each(api.operations)('$name is in the document', ({ input, example }) => {
    expectValid(structure(input), example);
  });

  test.each(api.operations)('$name gets an answer as the document describes it', async ({ name }) => {
    await expectDescribed(fakeOperations(), name, 200);
  });
});

const failedRestore: RestoreRecord = { ...restoring, status: 'FAILED', reason: 'TargetTableLost: gone' };
const description: TableDescription = {
  ...available.description,
  onDemandThroughput: { MaxReadRequestUnits: 10, MaxWriteRequestUnits: -1 },
  tableClass: 'STANDARD_INFREQUENT_ACCESS',
  deletionProtection: true,
};

describe('a backup in an answer', () => {
  const failed: BackupRecord = { ...creating, status: 'FAILED', reason: 'CutUnreachable: trimmed' };
  const noted: BackupRecord = {
    ...available,
    expiresAt: 1_600_000_000_000,
    asOf: 1_576_616_300_000,
    comment: 'before the release',
    requestedBy: 'arn:aws:iam::123456789012:user/ada',
  };

  test.each([creating, available, failed, noted, { ...available, description }])(
    'is described by the document in every status: case %#',
    async (record) => {
      const operations = fakeOperations({
        createBackup: async () => record,
        describeBackup: async () => record,
        deleteBackup: async () => record,
        listBackups: async () => ({
          backups: [record],
          last: { table: record.table.name, id: record.id, arn: record.arn },
        }),
      });
      for (const name of ['CreateBackup', 'DescribeBackup', 'DeleteBackup', 'ListBackups']) {
        await expectDescribed(operations, name, 200);
      }
    },
  );
});

/** A table as DynamoDB describes it. */
const table: DescribedTable['table'] = {
  TableName: 'Music',
  TableStatus: 'ACTIVE',
  CreationDateTime: new Date(1_576_616_366_715),
  TableClassSummary: { TableClass: 'STANDARD' },
  Replicas: [{ RegionName: 'eu-west-1', ReplicaStatus: 'ACTIVE' }],
};

describe('an answer with fewer or more optional members', () => {
  const problems = [
    { object: 'a', problem: 'x' },
    { object: 'b', offset: 7, problem: 'y' },
  ];

  test.each<[string, Partial<Operations>]>([
    [
      'GetBackupItem',
      { getBackupItem: async () => ({ backup: available, item: undefined, bytesRead: 0, requests: 0 }) },
    ],
    ['CompareBackups', { compareBackups: async () => ({ ...compared, progress: 0.5, next: 'token' }) }],
    [
      'VerifyBackup',
      { verifyBackup: async () => ({ ...verified, problems, problemCount: 2, next: 'token' }) },
    ],
    [
      'PlanSweep',
      {
        planSweep: async () => ({ folders: [{ folder: planned.folder, trouble: 'damaged' }], next: 'token' }),
      },
    ],
    ['DescribeContinuousBackups', { describeContinuousBackups: async () => ({ enabled: false }) }],
    ['RestoreTableFromBackup', { restoreTable: async () => ({ restore: { ...restoring, description } }) }],
    ['RestoreTableToPointInTime', { restoreToPointInTime: async () => ({ table }) }],
    ['DescribeTable', { describeTable: async () => ({ table, restore: restoring }) }],
    ['DescribeTable', { describeTable: async () => ({ table, restore: failedRestore }) }],
  ])('is described by the document: %s', async (name, given) => {
    await expectDescribed(fakeOperations(given), name, 200);
  });
});

test('the dry run of a restore is described by the document', async () => {
  const request = { ...exampleOf('RestoreTableFromBackup'), TidemarkOptions: { DryRun: true } };
  const { status, answer } = await answerTo(fakeOperations(), 'RestoreTableFromBackup', request);
  expectValid(structure('RestoreTableFromBackupInput'), request);
  expectValid(answers('RestoreTableFromBackup', status), answer);
  expect(answer).toHaveProperty('TableDescription.Tidemark.Estimate.Items', 7);
});

describe('the errors in the document', () => {
  /** The codes of all errors that the caller can correct. */
  const codes = [
    'Validation',
    'AccessDenied',
    'TableNotFound',
    'TableInUse',
    'TableAlreadyExists',
    'BackupNotFound',
    'BackupInUse',
    'BackupNotAvailable',
    'ContinuousBackupsUnavailable',
    'PointInTimeRecoveryUnavailable',
    'InvalidRestoreTime',
    'LimitExceeded',
    'RestoreNotFound',
    'RestoreFailed',
    'SetNotFound',
    'SetInUse',
    'GroupNotFound',
    'SinkNotFound',
    'SinkUnreachable',
    'SnapshotCorrupt',
    'ObjectNotFound',
  ] as const satisfies readonly ErrorCode[];

  test.each(api.operations)(
    'include each error that the description of $name lists',
    async ({ name, errors, example }) => {
      const errorAnswers = await Promise.all(
        codes.map((code) => answerTo(failingOperations(code), name, example)),
      );
      const types = errorAnswers.map(({ answer }) =>
        (answer as { __type: string }).__type.replace(/.*#/, ''),
      );
      expect(types).toEqual(expect.arrayContaining([...errors]));
    },
  );

  test.each(api.operations)(
    'describe the answers of $name to a wrong type, a violated constraint, missing rights and an internal error',
    async ({ name }) => {
      const wrong = { BackupArn: 1, TableName: 1, TargetTableName: 1, Name: 1, SetName: 1 };
      expectValid(answers(name, 400), (await answerTo(fakeOperations(), name, wrong)).answer);
      expectValid(answers(name, 400), (await answerTo(fakeOperations(), name, 'no json')).answer);
      await expectDescribed(failingOperations('Validation'), name, 400);
      await expectDescribed(failingOperations('AccessDenied'), name, 400);
      await expectDescribed(failingOperations('Internal'), name, 500);
    },
  );

  test.each(gatewayResponses)(
    'describe the answer of API Gateway: $type.responseType',
    ({ statusCode, templates }) => {
      const body = templates?.['application/json']?.replace('$context.error.messageString', '"why"') ?? '';
      expectValid(answers('CreateBackup', Number(statusCode)), JSON.parse(body));
    },
  );
});
