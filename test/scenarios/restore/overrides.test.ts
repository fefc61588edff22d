import { DescribeTimeToLiveCommand, type UpdateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { useDatabase } from '../../support/database.ts';
import { createFilledTable } from '../../support/fixture.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import { readTableContent, putItem } from '../../support/tables.ts';
import {
  createRichTable,
  describeTable,
  globalIndex,
  secondIndex,
  settingsOf,
  throughput,
} from '../../support/restore/rich-table.ts';
import type { RestoreOverrides } from '../../../lambda/model/restore-overrides.ts';

const database = useDatabase();
let harness: Harness;
let rich: BackupRecord;
let plain: BackupRecord;

beforeAll(async () => {
  harness = await startHarness(database);
  const source = `rich-${randomIds.hex(8)}`;
  await createRichTable(database, source);
  await putItem(database.dynamodb, source, {
    pk: { S: 'a' },
    sk: { N: '1' },
    local: { S: 'l' },
    global: { S: 'g' },
    second: { N: '2' },
  });
  rich = await backUpTable(source);
  plain = await backUpTable(await createFilledTable(database, 3));
});
afterAll(() => harness.close());

async function backUpTable(table: string): Promise<BackupRecord> {
  const { id } = await harness.operations.createBackup({ table, name: 'a-backup' });
  await harness.executions.idle();
  return harness.operations.describeBackup({ table, id });
}

/** Restores the backup. Returns the table with its time to live, and the updates that the restore made. */
async function restoreAndDescribe(backup: BackupRecord, overrides: RestoreOverrides) {
  const target = `restored-${randomIds.hex(8)}`;
  const updates: UpdateTableCommandInput[] = [];
  database.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      (call) => {
        if (commandName === 'UpdateTableCommand') updates.push(call.input as UpdateTableCommandInput);
        return next(call);
      },
    { step: 'initialize', name: 'record' },
  );
  const { name } = backup.table;
  await harness.operations.restoreTable({ backup: { table: name, id: backup.id }, target, overrides });
  await harness.executions.idle();
  database.dynamodb.middlewareStack.remove('record');
  const record = await harness.services.catalog.restores.get(target);
  expect([record?.status, record?.reason, record?.targetFate]).toEqual([
    'RESTORED',
    undefined,
    { kind: 'complete' },
  ]);
  expect(await readTableContent(database.dynamodb, target)).toEqual(
    await readTableContent(database.dynamodb, name),
  );
  const { TimeToLiveDescription: ttl } = await database.dynamodb.send(
    new DescribeTimeToLiveCommand({ TableName: target }),
  );
  return { table: await describeTable(database, target), ttl, updates };
}

describe('the indexes of a restored table', () => {
  it('are only the requested ones, and the table defines no attributes of other indexes', async () => {
    const { table } = await restoreAndDescribe(rich, { globalSecondaryIndexes: [globalIndex] });
    const { attributes, global, local } = settingsOf(table);
    expect(Object.keys(global)).toEqual(['global-index']);
    expect(Object.keys(local)).toEqual(['local-index']);
    expect(attributes).toEqual(['global', 'local', 'pk', 'sk']);
  });

  it('are none if the request lists none', async () => {
    const { table } = await restoreAndDescribe(rich, {
      globalSecondaryIndexes: [],
      localSecondaryIndexes: [],
    });
    const { attributes, global, local } = settingsOf(table);
    expect([global, local]).toEqual([{}, {}]);
    expect(attributes).toEqual(['pk', 'sk']);
  });

  it('have the requested name and throughput', async () => {
    const more = { ReadCapacityUnits: 11, WriteCapacityUnits: 12 };
    const renamed = { ...secondIndex, IndexName: 'renamed', ProvisionedThroughput: more };
    const { table, updates } = await restoreAndDescribe(rich, { globalSecondaryIndexes: [renamed] });
    expect(Object.keys(settingsOf(table).global)).toEqual(['renamed']);
    expect(updates.at(-1)?.GlobalSecondaryIndexUpdates).toEqual([
      { Update: { IndexName: 'renamed', ProvisionedThroughput: more } },
    ]);
  });
});

describe('the billing of a restored table', () => {
  it('becomes on-demand with the requested maxima', async () => {
    const maximum = { MaxReadRequestUnits: 40 };
    const { table, updates } = await restoreAndDescribe(rich, {
      billingMode: 'PAY_PER_REQUEST',
      onDemandThroughput: { ...maximum, MaxWriteRequestUnits: -1 },
      globalSecondaryIndexes: [
        { ...globalIndex, ProvisionedThroughput: undefined, OnDemandThroughput: { MaxWriteRequestUnits: 6 } },
      ],
    });
    expect(table.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
    expect(table.OnDemandThroughput).toEqual(maximum);
    expect(settingsOf(table).throughput).toEqual([0, 0]);
    expect(updates[0]?.GlobalSecondaryIndexUpdates?.[0]?.Create).toMatchObject({
      OnDemandThroughput: { MaxWriteRequestUnits: 6 },
    });
  });

  it('becomes provisioned with the requested throughput', async () => {
    const { table } = await restoreAndDescribe(plain, {
      billingMode: 'PROVISIONED',
      provisionedThroughput: throughput,
    });
    expect(table.BillingModeSummary?.BillingMode ?? 'PROVISIONED').toBe('PROVISIONED');
    expect(settingsOf(table).throughput).toEqual([7, 9]);
  });

  it('stays provisioned with the requested throughput for the table alone', async () => {
    const { table, updates } = await restoreAndDescribe(rich, {
      provisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
    });
    expect(settingsOf(table).throughput).toEqual([2, 3]);
    expect(updates.at(-1)?.GlobalSecondaryIndexUpdates).toEqual(
      ['global-index', 'second-index'].map((IndexName) => ({
        Update: { IndexName, ProvisionedThroughput: throughput },
      })),
    );
  });
});

describe('the encryption of a restored table', () => {
  it('uses the requested key, and a restore of that table keeps it', async () => {
    const key = 'arn:aws:kms:us-east-1:000000000000:key/0a1b2c3d';
    const { table } = await restoreAndDescribe(plain, {
      sse: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: key },
      keep: ['stream'],
    });
    const encrypted = { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: key };
    expect(table.SSEDescription).toEqual(encrypted);
    const again = await backUpTable(String(table.TableName));
    expect((await restoreAndDescribe(again, {})).table.SSEDescription).toEqual(encrypted);
    expect(
      (await restoreAndDescribe(again, { sse: { Enabled: false } })).table.SSEDescription,
    ).toBeUndefined();
  });
});

describe('stream, time to live, table class and deletion protection of a restored table', () => {
  it('are not restored by default, as in DynamoDB’s own restore', async () => {
    const { table, ttl } = await restoreAndDescribe(rich, {});
    expect(table.StreamSpecification).toBeUndefined();
    expect(table.TableClassSummary?.TableClass ?? 'STANDARD').toBe('STANDARD');
    expect(table.DeletionProtectionEnabled ?? false).toBe(false);
    expect(ttl?.TimeToLiveStatus).toBe('DISABLED');
  });

  it('are restored if the request keeps them, deletion protection last', async () => {
    const { table, ttl, updates } = await restoreAndDescribe(rich, {
      keep: ['stream', 'timeToLive', 'tableClass', 'deletionProtection'],
    });
    expect(table.StreamSpecification).toEqual({
      StreamEnabled: true,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    });
    expect(table.TableClassSummary?.TableClass).toBe('STANDARD_INFREQUENT_ACCESS');
    expect(table.DeletionProtectionEnabled).toBe(true);
    expect(ttl).toMatchObject({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' });
    expect(updates.at(-1)).toMatchObject({ DeletionProtectionEnabled: true });
  });
});
