import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import type { ErrorCode } from '../../../lambda/runtime/errors.ts';
import { answerTo } from '../../dialects/dynamodb/fakes.ts';
import { useDatabase } from '../../support/database.ts';
import { keyOf, createNativeWorld, type NativeWorld } from '../../support/native/world.ts';

const database = useDatabase();
let world: NativeWorld;
let backup: BackupRecord;

beforeAll(async () => {
  world = await createNativeWorld(database);
  backup = await world.createAvailable();
});
afterAll(() => world.harness.close());
afterEach(() => {
  world.natives.restores.length = 0;
});

const code = (expected: ErrorCode) => expect.objectContaining({ code: expected });

describe('a restore of a native backup', () => {
  it('is made by DynamoDB, with the overrides of the request', async () => {
    const overrides = { billingMode: 'PAY_PER_REQUEST' } as const;
    const request = { backup: keyOf(backup), target: 'copied', overrides, requestedBy: 'ada' };
    expect(await world.harness.operations.restoreTable(request)).toEqual({ table: { TableName: 'copied' } });
    expect(world.natives.restores).toEqual([
      { arn: backup.nativeArn, target: 'copied', overrides, requestedBy: 'ada' },
    ]);
    expect(await world.harness.services.catalog.restores.listRunning()).toEqual([]);
  });

  it('is not requested for a target that exists or is being restored', async () => {
    const restore = (target: string) =>
      world.harness.operations.restoreTable({ backup: keyOf(backup), target });
    await expect(restore(world.table)).rejects.toEqual(code('TableAlreadyExists'));
    const { operations, executions } = world.harness;
    const [ours] = (await operations.listBackups({ table: world.table, limit: 1 })).backups;
    if (ours) await operations.restoreTable({ backup: keyOf(ours), target: 'in-work' });
    await expect(restore('in-work')).rejects.toEqual(code('TableInUse'));
    expect(world.natives.restores).toEqual([]);
    await executions.idle();
  });

  it('throws BackupNotAvailable until DynamoDB has made the backup', async () => {
    const request = { backup: keyOf(await world.create()), target: 'too-early' };
    await expect(world.harness.operations.restoreTable(request)).rejects.toEqual(code('BackupNotAvailable'));
    world.natives.finish();
    expect(await world.harness.operations.restoreTable(request)).toEqual({
      table: { TableName: 'too-early' },
    });
  });
});

describe('an operation that needs a snapshot', () => {
  const key = { pk: { S: 'a' }, sk: { N: '1' } };
  const operations: readonly (readonly [string, object])[] = [
    ['GetBackupItem', { Key: key }],
    ['CompareBackups', {}],
    ['VerifyBackup', {}],
    ['EstimateRestore', {}],
    ['RestoreTableFromBackup', { TargetTableName: 'dry', TidemarkOptions: { DryRun: true } }],
  ];

  it.each(operations)('%s is rejected for a native backup, with the reason', async (operation, request) => {
    const arns = {
      BackupArn: backup.arn,
      ...(operation === 'CompareBackups' && { OtherBackupArn: backup.arn }),
    };
    expect(await answerTo(world.harness.operations, operation, { ...arns, ...request })).toMatchObject({
      status: 400,
      answer: {
        __type: 'com.amazon.coral.validate#ValidationException',
        message: expect.stringContaining('DynamoDB keeps the backup'),
      },
    });
  });
});

describe('a native backup in DynamoDB’s dialect', () => {
  const call = (operation: string, body: object) => answerTo(world.harness.operations, operation, body);
  let details: Record<string, unknown>;

  beforeEach(async () => {
    const { answer } = await call('CreateBackup', {
      TableName: world.table,
      BackupName: 'by-wire',
      TidemarkOptions: { Source: 'NATIVE' },
    });
    ({ BackupDetails: details } = answer as { BackupDetails: Record<string, unknown> });
  });

  it('gets answers like other backups, with DynamoDB’s own ARN', async () => {
    expect(details).toMatchObject({
      BackupStatus: 'CREATING',
      BackupType: 'USER',
      Tidemark: { Source: 'NATIVE' },
    });
    world.natives.finish();
    const { BackupArn } = details;
    const nativeArn = [...world.natives.backups.keys()].at(-1);
    expect(await call('DescribeBackup', { BackupArn })).toMatchObject({
      status: 200,
      answer: {
        BackupDescription: {
          BackupDetails: {
            BackupArn,
            BackupStatus: 'AVAILABLE',
            BackupSizeBytes: 1900,
            Tidemark: { Source: 'NATIVE', NativeBackupArn: nativeArn, Figures: { Items: 7, CopiedBytes: 0 } },
          },
        },
      },
    });
    const { answer } = await call('RestoreTableFromBackup', { BackupArn, TargetTableName: 'by-wire' });
    expect(answer).toEqual({ TableDescription: { TableName: 'by-wire' } });
    expect(await call('DeleteBackup', { BackupArn })).toMatchObject({
      answer: { BackupDescription: { BackupDetails: { BackupArn, BackupStatus: 'DELETED' } } },
    });
    expect(world.natives.backups.has(String(nativeArn))).toBe(false);
  });
});
