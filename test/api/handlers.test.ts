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

/** The answer's body, which must be one the document describes. */
async function expectDescribed(operations: Operations, name: string, status: number): Promise<unknown> {
  const given = await answerTo(operations, name, exampleOf(name));
  expect(given.status).toBe(status);
  expectValid(answers(name, status), given.answer);
  return given.answer;
}

describe('the example of each operation', () => {
  test.each(api.operations)('$name is a request as described', ({ input, example }) => {
    expectValid(structure(input), example);
  });

  test.each(api.operations)('$name is served, and answered as described', async ({ name }) => {
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

describe('what a backup may be on the wire is described', () => {
  const failed: BackupRecord = { ...creating, status: 'FAILED', reason: 'CutUnreachable: trimmed' };
  const noted: BackupRecord = {
    ...available,
    expiresAt: 1_600_000_000_000,
    asOf: 1_576_616_300_000,
    comment: 'before the release',
    requestedBy: 'arn:aws:iam::123456789012:user/ada',
  };

  test.each([creating, available, failed, noted, { ...available, description }])('%#', async (record) => {
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
  });
});

/** A table as DynamoDB itself describes it. */
const table: DescribedTable['table'] = {
  TableName: 'Music',
  TableStatus: 'ACTIVE',
  CreationDateTime: new Date(1_576_616_366_715),
  TableClassSummary: { TableClass: 'STANDARD' },
  Replicas: [{ RegionName: 'eu-west-1', ReplicaStatus: 'ACTIVE' }],
};

describe('answers that hold less or more than usual are described', () => {
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
    ['PlanSweep', { planSweep: async () => [{ folder: planned.folder, trouble: 'damaged' }] }],
    ['DescribeContinuousBackups', { describeContinuousBackups: async () => ({ enabled: false }) }],
    ['RestoreTableFromBackup', { restoreTable: async () => ({ restore: { ...restoring, description } }) }],
    ['RestoreTableToPointInTime', { restoreToPointInTime: async () => ({ table }) }],
    ['DescribeTable', { describeTable: async () => ({ table, restore: restoring }) }],
    ['DescribeTable', { describeTable: async () => ({ table, restore: failedRestore }) }],
  ])('%s', async (name, given) => {
    await expectDescribed(fakeOperations(given), name, 200);
  });
});

test('a dry run of a restore is described', async () => {
  const asked = { ...exampleOf('RestoreTableFromBackup'), TidemarkOptions: { DryRun: true } };
  const { status, answer } = await answerTo(fakeOperations(), 'RestoreTableFromBackup', asked);
  expectValid(structure('RestoreTableFromBackupInput'), asked);
  expectValid(answers('RestoreTableFromBackup', status), answer);
  expect(answer).toHaveProperty('TableDescription.Tidemark.Estimate.Items', 7);
});

describe('refusals are described', () => {
  /** Every code of a fault that the caller can mend. */
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
    'SnapshotCorrupt',
    'ObjectNotFound',
  ] as const satisfies readonly ErrorCode[];

  test.each(api.operations)(
    '$name can answer every error that it names',
    async ({ name, errors, example }) => {
      const given = await Promise.all(codes.map((code) => answerTo(failingOperations(code), name, example)));
      const types = given.map(({ answer }) => (answer as { __type: string }).__type.replace(/.*#/, ''));
      expect(types).toEqual(expect.arrayContaining([...errors]));
    },
  );

  test.each(api.operations)(
    '$name: a wrong type, a broken constraint, no rights, a fault',
    async ({ name }) => {
      const wrong = { BackupArn: 1, TableName: 1, TargetTableName: 1 };
      expectValid(answers(name, 400), (await answerTo(fakeOperations(), name, wrong)).answer);
      expectValid(answers(name, 400), (await answerTo(fakeOperations(), name, 'no json')).answer);
      await expectDescribed(failingOperations('Validation'), name, 400);
      await expectDescribed(failingOperations('AccessDenied'), name, 400);
      await expectDescribed(failingOperations('Internal'), name, 500);
    },
  );

  test.each(gatewayResponses)("API Gateway's own: $type.responseType", ({ statusCode, templates }) => {
    const body = templates?.['application/json']?.replace('$context.error.messageString', '"why"') ?? '';
    expectValid(answers('CreateBackup', Number(statusCode)), JSON.parse(body));
  });
});
