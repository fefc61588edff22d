import type { GlobalSecondaryIndexInfo } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackupRecord, TableDescription } from '../../../lambda/model/records.ts';
import type { RestoreOverrides } from '../../../lambda/model/restore-overrides.ts';
import type { Operations } from '../../../lambda/operations/operations.ts';
import { planTarget } from '../../../lambda/restore/target-description.ts';
import type { ErrorCode } from '../../../lambda/runtime/errors.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { useDatabase } from '../../support/database.ts';
import { createFilledTable } from '../../support/fixture.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

/*
 * Facts of the real service, one in each row, as probes found them in October 2026. Facts that a request alone shows are
 * in `test/dialects/dynamodb/facts.test.ts`.
 */

const database = useDatabase();
let harness: Harness;
let backup: BackupRecord;

beforeAll(async () => {
  harness = await startHarness(database);
  const table = await createFilledTable(database, 1);
  const { id } = await harness.operations.createBackup({ table, name: 'a-backup' });
  await harness.executions.idle();
  backup = await harness.operations.describeBackup({ table, id });
});
afterAll(() => harness.close());

/** Returns the ARN with another part in place of one of its parts. */
const replace = (arn: string, part: number, value: string) => arn.split(':').with(part, value).join(':');
const [partition, region, account] = [1, 3, 4];
const otherRegion = (arn: string) =>
  replace(arn, region, arn.split(':')[region] === 'eu-west-1' ? 'us-east-1' : 'eu-west-1');

type Call = (operations: Operations, arn: string) => Promise<unknown>;

const keyOf = (arn: string) => ({ table: backup.table.name, id: backup.id, arn });
const describeBackup: Call = (operations, arn) => operations.describeBackup(keyOf(arn));
const deleteBackup: Call = (operations, arn) => operations.deleteBackup(keyOf(arn));
const restore: Call = (operations, arn) =>
  operations.restoreTable({ backup: keyOf(arn), target: `restored-${randomIds.hex(8)}` });
const notValid = 'Invalid Request: BackupArn is not valid';

describe('the ARN of a backup in a request', () => {
  const refused: [fact: string, Call, change: (arn: string) => string, ErrorCode, message: string][] = [
    ...([describeBackup, deleteBackup, restore] as const).flatMap(
      (call, i): [string, Call, (arn: string) => string, ErrorCode, string][] => {
        const name = ['DescribeBackup', 'DeleteBackup', 'RestoreTableFromBackup'][i];
        return [
          [
            `${name}: an unknown region`,
            call,
            (arn) => replace(arn, region, 'mars-1'),
            'Validation',
            notValid,
          ],
          [
            `${name}: another partition`,
            call,
            (arn) => replace(arn, partition, 'aws-cn'),
            'Validation',
            notValid,
          ],
          [
            `${name}: an empty region`,
            call,
            (arn) => replace(arn, region, ''),
            'AccessDenied',
            'Access is denied',
          ],
          [
            `${name}: another account, in any region`,
            call,
            (arn) => replace(replace(arn, account, '999999999999'), region, 'mars-1'),
            'AccessDenied',
            'Access is denied',
          ],
        ];
      },
    ),
    [
      'ListBackups: a cursor of another region',
      (operations, arn) => operations.listBackups({ limit: 9, after: keyOf(arn) }),
      otherRegion,
      'Validation',
      'Invalid Request: The supplied ExclusiveStartBackupArn does not match the region',
    ],
    [
      'RestoreTableFromBackup: another region without SSESpecificationOverride',
      restore,
      otherRegion,
      'Validation',
      'Invalid Request: sseSpecificationOverride must be provided for cross-region restores',
    ],
  ];

  it.each(refused)('%s is refused', async (_fact, call, change, code, message) => {
    await expect(call(harness.operations, change(backup.arn))).rejects.toMatchObject({ code, message });
    expect(await harness.operations.describeBackup(keyOf(backup.arn))).toEqual(backup);
  });

  it('finds and deletes the backup of this region even if it names another region that AWS has', async () => {
    const elsewhere = otherRegion(backup.arn);
    expect(await harness.operations.describeBackup(keyOf(elsewhere))).toEqual(backup);
    const { id } = await harness.operations.createBackup({ table: backup.table.name, name: 'another' });
    await harness.executions.idle();
    const key = { table: backup.table.name, id };
    await harness.operations.deleteBackup({ ...key, arn: elsewhere.replace(backup.id, id) });
    await expect(harness.operations.describeBackup(key)).rejects.toMatchObject({ code: 'BackupNotFound' });
  });

  it('restores with an SSESpecificationOverride, even an empty one, if it names another region', async () => {
    const target = `restored-${randomIds.hex(8)}`;
    await harness.operations.restoreTable({
      backup: keyOf(otherRegion(backup.arn)),
      target,
      overrides: { sse: {} },
    });
    await harness.executions.idle();
    expect(await harness.operations.describeRestore({ target })).toMatchObject({ status: 'RESTORED' });
  });
});

describe('the ARN of a table in a request', () => {
  const calls: [operation: string, Call][] = [
    [
      'CreateBackup',
      (operations, tableArn) =>
        operations.createBackup({ table: backup.table.name, tableArn, name: 'another' }),
    ],
    [
      'DescribeContinuousBackups',
      (operations, tableArn) => operations.describeContinuousBackups({ table: backup.table.name, tableArn }),
    ],
    [
      'UpdateContinuousBackups',
      (operations, tableArn) =>
        operations.updateContinuousBackups({
          table: backup.table.name,
          tableArn,
          specification: { enabled: true },
        }),
    ],
    [
      'RestoreTableToPointInTime',
      (operations, tableArn) =>
        operations.restoreToPointInTime({
          table: backup.table.name,
          tableArn,
          target: `restored-${randomIds.hex(8)}`,
          overrides: {},
        }),
    ],
  ];

  it.each(calls)(
    'is a wrong value for %s if its region or partition is another one',
    async (_operation, call) => {
      for (const [arn, part] of [
        [otherRegion(backup.table.arn), 'region'],
        [replace(backup.table.arn, partition, 'aws-cn'), 'partition'],
      ] as const) {
        await expect(call(harness.operations, arn)).rejects.toMatchObject({
          code: 'Validation',
          message: `1 validation error detected: Invalid AWS ${part} in '${arn}'`,
        });
      }
    },
  );

  it.each(calls)('is refused for %s if its account is another one', async (operation, call) => {
    const arn = replace(backup.table.arn, account, '999999999999');
    const expected =
      operation === 'RestoreTableToPointInTime'
        ? {
            code: 'Validation',
            message: 'This action is only supported by accounts that match the resource owner’s account.',
          }
        : { code: 'AccessDenied', message: 'Access is denied' };
    await expect(call(harness.operations, arn)).rejects.toMatchObject(expected);
  });
});

describe('the overrides of a restore', () => {
  const index: GlobalSecondaryIndexInfo = {
    IndexName: 'by-year',
    KeySchema: [{ AttributeName: 'year', KeyType: 'HASH' }],
    Projection: { ProjectionType: 'ALL' },
  };
  const units = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };
  const onDemand: TableDescription = {
    keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    attributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'year', AttributeType: 'N' },
    ],
    createdAt: 0,
    sizeBytes: 0,
    itemCount: 0,
    billingMode: 'PAY_PER_REQUEST',
    localSecondaryIndexes: [],
    globalSecondaryIndexes: [index],
  };
  const provisioned: TableDescription = {
    ...onDemand,
    billingMode: 'PROVISIONED',
    provisionedThroughput: units,
    globalSecondaryIndexes: [{ ...index, ProvisionedThroughput: units }],
  };
  const toProvisioned = { billingMode: 'PROVISIONED', provisionedThroughput: units } as const;
  const toOnDemand = { billingMode: 'PAY_PER_REQUEST' } as const;

  const refused: [fact: string, source: TableDescription, RestoreOverrides, message: string][] = [
    [
      'throughput, source on demand',
      onDemand,
      { provisionedThroughput: units },
      'Invalid Request: Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED',
    ],
    [
      'throughput with an override to on demand',
      provisioned,
      { ...toOnDemand, provisionedThroughput: units },
      'Invalid Request: Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST',
    ],
    [
      'throughput of an index with an override to on demand',
      provisioned,
      { ...toOnDemand, globalSecondaryIndexes: [{ ...index, ProvisionedThroughput: units }] },
      'Invalid Request: Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST for index by-year',
    ],
    [
      'to provisioned without throughput',
      onDemand,
      { billingMode: 'PROVISIONED' },
      'Invalid Request: Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED',
    ],
    [
      'to provisioned without an override of the indexes',
      onDemand,
      toProvisioned,
      'One or more parameter values were invalid: GlobalSecondaryIndexOverride must be specified for index: by-year when BillingModeOverride is PROVISIONED',
    ],
    [
      'to provisioned with an override of an index without throughput',
      onDemand,
      { ...toProvisioned, globalSecondaryIndexes: [index] },
      'Invalid Request: Must specify provisioned throughput for index by-year',
    ],
    [
      'a maximum, billed as provisioned',
      provisioned,
      { onDemandThroughput: { MaxReadRequestUnits: 5 } },
      'Invalid Request: Cannot override MaxReadRequestUnits for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST',
    ],
    [
      'a maximum of 0',
      onDemand,
      { onDemandThroughput: { MaxReadRequestUnits: 0 } },
      'Invalid Request: Requested MaxReadRequestUnits for OnDemandThroughput is outside of valid range',
    ],
    [
      'an index of another projection',
      onDemand,
      { globalSecondaryIndexes: [{ ...index, Projection: { ProjectionType: 'KEYS_ONLY' } }] },
      'Invalid Request: Index by-year does not match a secondary index that existed in the source table and cannot be created during the restore operation',
    ],
  ];

  it.each(refused)('are refused: %s', (_fact, source, overrides, message) => {
    expect(() => planTarget(source, overrides)).toThrow(
      expect.objectContaining({ code: 'Validation', message }),
    );
  });

  const ownKey = { Status: 'ENABLED', SSEType: 'KMS' };
  const encrypted: TableDescription = { ...onDemand, sse: { Status: 'ENABLED', SSEType: 'KMS' } };

  it.each<[fact: string, source: TableDescription, RestoreOverrides, expected: Partial<TableDescription>]>([
    [
      'SSEType KMS alone enables KMS',
      onDemand,
      { sse: { SSEType: 'KMS' } },
      { sse: { ...ownKey } as object },
    ],
    ['no indexes are wanted', onDemand, { globalSecondaryIndexes: [] }, { globalSecondaryIndexes: [] }],
    [
      'an index gets another name',
      onDemand,
      { globalSecondaryIndexes: [{ ...index, IndexName: 'renamed' }] },
      { globalSecondaryIndexes: [{ ...index, IndexName: 'renamed' }] },
    ],
    [
      'the table’s throughput is its own',
      provisioned,
      { provisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
      { globalSecondaryIndexes: provisioned.globalSecondaryIndexes },
    ],
    [
      'on demand leaves the index no throughput',
      provisioned,
      toOnDemand,
      { globalSecondaryIndexes: [index] },
    ],
    ['no maximum is wanted', onDemand, { onDemandThroughput: {} }, { billingMode: 'PAY_PER_REQUEST' }],
    ['nothing is wanted', encrypted, {}, { sse: { ...ownKey } as object }],
  ])('are accepted: %s', (_fact, source, overrides, expected) => {
    expect(planTarget(source, overrides)).toMatchObject(expected);
  });

  it.each([{}, { Enabled: false }])('%j as the encryption means DynamoDB’s own key', (sse) => {
    expect(planTarget(encrypted, { sse })).not.toHaveProperty('sse');
  });

  it('do not keep stream, time to live, table class and deletion protection', () => {
    const rich: TableDescription = {
      ...onDemand,
      stream: { StreamEnabled: true },
      timeToLive: { TimeToLiveStatus: 'ENABLED' },
      tableClass: 'STANDARD_INFREQUENT_ACCESS',
      deletionProtection: true,
    };
    const planned = planTarget(rich, {});
    for (const dropped of ['stream', 'timeToLive', 'tableClass', 'deletionProtection'])
      expect(planned).not.toHaveProperty(dropped);
  });
});
