import { describe, expect, test } from 'vitest';
import { SimulatedNatives } from '../../../support/native/simulated-natives.ts';
import { useDeployment } from '../../../support/wire/deployment.ts';
import { expectError, expectNoFault, type Json } from '../../../support/wire/http.ts';
import { useRuntime, eventually } from '../../../support/wire/support.ts';

const natives = new SimulatedNatives(() => wire.clock.now());
const { wire } = useDeployment({ native: natives, config: { base: 'scan' } });
const embedded = useRuntime();

const create = (TableName: string, more: Json = {}) =>
  wire.call('CreateBackup', {
    TableName,
    BackupName: 'a-native',
    TidemarkOptions: { Source: 'NATIVE', ...more },
  });

/** Creates a table that the simulated DynamoDB can back up. */
async function createTable(name: string, more: Json = {}): Promise<string> {
  const table = await wire.createTable(name, more);
  const { Table } = await wire.ok('DescribeTable', { TableName: table });
  natives.tables.set(table, String((Table as Json)['TableId']));
  return table;
}

/** Makes a native backup, waits until it is AVAILABLE, and returns its ARN. */
async function backUp(table: string, more: Json = {}): Promise<string> {
  const { json } = await create(table, more);
  const arn = String((json['BackupDetails'] as Json)['BackupArn']);
  natives.finish();
  await wire.waitUntilAvailable(arn);
  return arn;
}

const nativeArnOf = async (arn: string) =>
  String(((await wire.describeBackup(arn))['Tidemark'] as Json)['NativeBackupArn']);

describe('a native backup', () => {
  test('gets an answer at once like any other: CREATING, with ARN, name and source', async () => {
    const table = await createTable('answered');
    const before = wire.clock.now() / 1000;
    const { status, json } = await create(table, { Comment: 'for the auditors' });
    expect([status, json]).toMatchObject([
      200,
      {
        BackupDetails: {
          BackupArn: expect.stringMatching(new RegExp(`:table/${table}/backup/\\d{14}-[0-9a-f]{8}$`)),
          BackupName: 'a-native',
          BackupStatus: 'CREATING',
          BackupType: 'USER',
          Tidemark: { Source: 'NATIVE', Comment: 'for the auditors' },
        },
      },
    ]);
    const { BackupCreationDateTime } = json['BackupDetails'] as Json;
    expect(Number(BackupCreationDateTime)).toBeGreaterThanOrEqual(before - 1);
    natives.finish();
  });

  test('is CREATING until DynamoDB has made it, then AVAILABLE with DynamoDB’s figures', async () => {
    const table = await createTable('life');
    const { json } = await create(table);
    const arn = String((json['BackupDetails'] as Json)['BackupArn']);
    await eventually(async () => (await nativeArnOf(arn)) in Object.fromEntries(natives.backups));
    expect(await wire.describeBackup(arn)).toMatchObject({ BackupStatus: 'CREATING' });
    natives.finish();
    expect(await wire.waitUntilAvailable(arn)).toMatchObject({
      BackupStatus: 'AVAILABLE',
      BackupSizeBytes: 1900,
      Tidemark: { Source: 'NATIVE', NativeBackupArn: await nativeArnOf(arn) },
    });
  });

  test('is described with its table’s keys, and listed among Tidemark’s own in the order of creation', async () => {
    const table = await createTable('listed');
    await wire.fill(table, 3);
    const arns = [
      await backUp(table),
      await wire.backUp(table),
      await backUp(table),
      await wire.backUp(table),
    ];
    expect((await wire.list({ TableName: table })).arns).toEqual(arns);
    const { BackupDescription } = await wire.ok('DescribeBackup', { BackupArn: arns[0] });
    expect(BackupDescription).toMatchObject({
      SourceTableDetails: { TableName: table, KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] },
    });
  });

  test('never becomes the parent of another backup', async () => {
    const table = await createTable('no-head');
    await wire.fill(table, 5);
    const first = await wire.backUp(table);
    await backUp(table);
    await wire.fill(table, 1, 'later', 5);
    const next = await wire.backUp(table);
    expect((await wire.describeBackup(next))['Tidemark']).toMatchObject({
      Source: 'STREAM',
      Parent: first.slice(first.lastIndexOf('/') + 1),
      Figures: { Items: 6 },
    });
  });

  test('needs neither a stream nor point-in-time recovery', async () => {
    const table = await createTable('bare', { StreamSpecification: { StreamEnabled: false } });
    const arn = await backUp(table);
    expect(await wire.describeBackup(arn)).toMatchObject({ BackupStatus: 'AVAILABLE' });
  });

  test('is restored by DynamoDB, with the overrides of the request', async () => {
    const table = await createTable('restored');
    const arn = await backUp(table);
    const target = wire.uniqueName('restored-to');
    const answer = await wire.restore(arn, target, { BillingModeOverride: 'PAY_PER_REQUEST' });
    expect([answer.status, answer.json]).toMatchObject([200, { TableDescription: { TableName: target } }]);
    const request = JSON.stringify(natives.restores.find((restore) => restore.target === target));
    expect(request).toContain(await nativeArnOf(arn));
    expect(request).toContain('PAY_PER_REQUEST');
  });

  test('is deleted at DynamoDB too, and then neither found nor listed', async () => {
    const table = await createTable('deleted');
    const arn = await backUp(table);
    const there = await nativeArnOf(arn);
    expect(natives.backups.has(there)).toBe(true);
    const { BackupDescription } = await wire.ok('DeleteBackup', { BackupArn: arn });
    expect(BackupDescription).toMatchObject({ BackupDetails: { BackupArn: arn, BackupStatus: 'DELETED' } });
    expect(natives.backups.has(there)).toBe(false);
    for (const operation of ['DescribeBackup', 'DeleteBackup']) {
      expectError(
        await wire.call(operation, { BackupArn: arn }),
        'BackupNotFoundException',
        `Backup not found: ${arn}`,
      );
    }
    expectError(await wire.restore(arn, wire.uniqueName('deleted-x')), 'BackupNotFoundException');
    expect((await wire.list({ TableName: table })).arns).toEqual([]);
  });

  test('cannot be deleted while DynamoDB restores it, and stays AVAILABLE', async () => {
    const table = await createTable('in-use');
    const arn = await backUp(table);
    const there = natives.backups.get(await nativeArnOf(arn));
    Object.assign(there ?? {}, { inUse: true });
    expectError(await wire.call('DeleteBackup', { BackupArn: arn }), 'BackupInUseException');
    expect(await wire.describeBackup(arn)).toMatchObject({ BackupStatus: 'AVAILABLE' });
    expect((await wire.list({ TableName: table })).arns).toEqual([arn]);
    Object.assign(there ?? {}, { inUse: false });
    await wire.ok('DeleteBackup', { BackupArn: arn });
  });

  test('can be neither restored nor deleted while it is being made', async () => {
    const table = await createTable('early');
    const { json } = await create(table);
    const arn = String((json['BackupDetails'] as Json)['BackupArn']);
    expectError(await wire.restore(arn, wire.uniqueName('early-x')), 'BackupInUseException');
    expectError(await wire.call('DeleteBackup', { BackupArn: arn }), 'BackupInUseException');
    natives.finish();
    await wire.waitUntilAvailable(arn);
    await wire.ok('DeleteBackup', { BackupArn: arn });
  });

  test('outlives its table', async () => {
    const table = await createTable('outlives');
    const arn = await backUp(table);
    await wire.dropTable(table);
    expect(await wire.describeBackup(arn)).toMatchObject({ BackupStatus: 'AVAILABLE' });
    expect((await wire.restore(arn, table)).status).toBe(200);
  });

  test.each(['GetBackupItem', 'VerifyBackup', 'CompareBackups', 'EstimateRestore'])(
    'is rejected by %s with a reason, because Tidemark cannot read its content',
    async (operation) => {
      const table = await createTable(`closed-${operation}`);
      const arn = await backUp(table);
      const bodies: Record<string, Json> = {
        GetBackupItem: { BackupArn: arn, Key: { id: { S: 'item-000000' } } },
        CompareBackups: { FromBackupArn: arn, ToBackupArn: arn, BackupArn: arn, OtherBackupArn: arn },
      };
      const answer = await wire.call(operation, bodies[operation] ?? { BackupArn: arn });
      expect([answer.status, answer.json['message']]).toEqual([400, expect.stringMatching(/\w+ \w+/)]);
      expectNoFault(answer, operation);
    },
  );
});

describe('a native restore', () => {
  test('is rejected if its target exists', async () => {
    const table = await createTable('onto');
    const arn = await backUp(table);
    const restores = natives.restores.length;
    expectError(
      await wire.restore(arn, table),
      'TableAlreadyExistsException',
      `Table already exists: ${table}`,
    );
    expect(natives.restores).toHaveLength(restores);
  });

  test('restores nothing as a dry run', async () => {
    const table = await createTable('tried');
    const arn = await backUp(table);
    const restores = natives.restores.length;
    const answer = await wire.restore(arn, wire.uniqueName('tried-x'), { TidemarkOptions: { DryRun: true } });
    expectNoFault(answer, 'dry run');
    expect(natives.restores).toHaveLength(restores);
    expectError(
      await wire.call('DescribeTable', { TableName: wire.uniqueName('tried-x') }),
      'ResourceNotFoundException',
    );
  });
});

describe('a request for a native backup', () => {
  test.each(['FULL', 'INCREMENTAL', 'DIFFERENTIAL'])('if it has a kind: %s', async (Kind) => {
    const table = await createTable(`kind-${Kind}`);
    const calls = natives.calls.length;
    expectError(await create(table, { Kind }), 'ValidationException', /kind|native/i);
    expect(natives.calls).toHaveLength(calls);
    expect((await wire.list({ TableName: table })).arns).toEqual([]);
  });

  test('is rejected if its table does not exist', async () => {
    expectError(await create('no-such-table'), 'TableNotFoundException', 'Table not found: no-such-table');
  });

  test('is rejected on one machine, whose database has none, while other backups work', async () => {
    const table = await embedded.createTable('here');
    const TidemarkOptions = { Source: 'NATIVE' };
    const answer = await embedded.call('CreateBackup', {
      TableName: table,
      BackupName: 'here',
      TidemarkOptions,
    });
    expectError(answer, 'ValidationException', /native|on-demand/i);
    expect((await embedded.list({ TableName: table })).arns).toEqual([]);
    await embedded.backUp(table);
  });
});
