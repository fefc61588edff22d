import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AccessKey } from '../../../../lambda/dialects/access-keys.ts';
import { handleRds } from '../../../../lambda/dialects/rds/dialect.ts';
import { parseSetId } from '../../../../lambda/model/sets.ts';
import { addAllTables } from '../../../../lambda/model/table-groups.ts';
import { silentLog } from '../../../../lambda/runtime/logger.ts';
import { createFilledTable } from '../../../support/fixture.ts';
import { useTidemark } from '../../../support/use-tidemark.ts';
import { type RdsAnswer, readAnswer, sign, type SigningOptions, testKey } from '../support.ts';

const world = useTidemark({ items: 10 });

interface CallOptions extends SigningOptions {
  readonly keys?: readonly AccessKey[];
}

/** Sends the dialect a request that is signed with the time of the harness's clock. */
async function call(
  action: string,
  parameters: Readonly<Record<string, string>>,
  { keys = [testKey], ...options }: CallOptions = {},
): Promise<RdsAnswer> {
  const { operations, services } = world.harness;
  const { clock } = services;
  const request = sign(action, parameters, { now: clock.now(), nonce: randomUUID(), ...options });
  const region = 'eu-west-1';
  return readAnswer(
    await handleRds({ operations, keys: async () => keys, clock, log: silentLog, region }, request),
  );
}

const dayMs = 24 * 60 * 60 * 1000;

const logical = (instance = world.table) => ({ DBInstanceId: instance, BackupMethod: 'Logical' });

async function createBackup(parameters: Readonly<Record<string, string>> = logical()): Promise<string> {
  const answer = await call('CreateBackup', parameters);
  expect(answer).toMatchObject({ status: 200 });
  return String(answer.body['BackupJobId']);
}

describe('CreateBackup', () => {
  it.each(['V1 query', 'V1 form', 'V3'] as const)(
    'answers with a job, a text of digits, and without a Code: %s',
    async (style) => {
      const answer = await call('CreateBackup', logical(), { style });
      expect(answer).toMatchObject({ status: 200, type: 'application/json;charset=utf-8' });
      expect(answer.body).toEqual({
        RequestId: expect.stringMatching(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/),
        BackupJobId: expect.stringMatching(/^[1-9]\d{0,14}$/),
      });
      await world.harness.executions.idle();
    },
  );

  it('answers in XML if the request names no format', async () => {
    const answer = await call('CreateBackup', logical(), { format: 'XML' });
    expect(answer.type).toBe('text/xml;charset=utf-8');
    expect(answer.text).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?><CreateBackupResponse><RequestId>[-\w]+<\/RequestId><BackupJobId>\d+<\/BackupJobId><\/CreateBackupResponse>$/,
    );
    await world.harness.executions.idle();
  });

  it('is refused while a backup of the instance is being made, and accepted afterwards', async () => {
    await createBackup();
    expect(await call('CreateBackup', logical())).toMatchObject({
      status: 400,
      body: {
        Code: 'BackupJobExists',
        Message: 'A backup job already exists in the specified DB instance.',
        HostId: expect.any(String),
        Recommend: expect.any(String),
        RequestId: expect.any(String),
      },
    });
    await world.harness.executions.idle();
    await createBackup();
    await world.harness.executions.idle();
  });

  it('is accepted 20 times a day for an instance, even if 30 requests arrive at once', async () => {
    const { clock } = world.database;
    // Starts early in a day, so that the day does not end during the test.
    clock.advance(dayMs - (clock.now() % dayMs));
    for (let i = 0; i < 19; i++) {
      await createBackup();
      await world.harness.executions.idle();
    }
    const answers = await Promise.all(Array.from({ length: 30 }, () => call('CreateBackup', logical())));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    await world.harness.executions.idle();
    expect(await call('CreateBackup', logical())).toMatchObject({
      status: 400,
      body: {
        Code: 'BackupTimesExceeded',
        Message: 'Exceeding the daily backup times of this DB instance.',
      },
    });
    clock.advance(dayMs);
    await createBackup();
    await world.harness.executions.idle();
  });

  it('is refused for an instance that does not exist', async () => {
    expect(await call('CreateBackup', logical('nowhere'))).toMatchObject({
      status: 404,
      body: {
        Code: 'InvalidDBInstanceId.NotFound',
        Message: expect.stringContaining('The specified DB instance does not exist.'),
      },
    });
  });

  it.each([
    [{}, 'MissingParameter', '"DBInstanceId" that is mandatory'],
    [{ DBInstanceId: '' }, 'MissingParameter', '"DBInstanceId"'],
    [{ DBInstanceId: 'x'.repeat(256) }, 'InvalidParameter', 'at most 255'],
    [
      { BackupMethod: 'logical' },
      'InvalidBackupMethod.ValueNotSupport',
      'The specified parameter "BackupMethod" is not valid.',
    ],
    [{ BackupType: 'Full' }, 'BackupType.NotSupport', 'the specified backup type not support'],
    [{ BackupStrategy: 'all' }, 'InvalidParameter', 'Valid values: db, instance.'],
    [{ BackupStrategy: 'db', BackupMethod: 'Logical' }, 'MissingParameter', '"DBName"'],
    [{ BackupStrategy: 'db', DBName: 'a' }, 'InvalidParameter', 'BackupStrategy'],
    [{ BackupStrategy: 'instance', BackupMethod: 'Snapshot' }, 'InvalidParameter', 'BackupStrategy'],
    [{ DBName: 'a', BackupMethod: 'Logical' }, 'InvalidParameter', 'DBName'],
    [{ BackupStrategy: 'instance', DBName: 'a', BackupMethod: 'Logical' }, 'InvalidParameter', 'DBName'],
    [
      { BackupStrategy: 'db', DBName: 'other', BackupMethod: 'Logical' },
      'InvalidParameter',
      'no table other',
    ],
    [{ BackupStrategy: 'db', DBName: 'a,,b', BackupMethod: 'Logical' }, 'InvalidParameter', 'DBName'],
    [{ BackupRetentionPeriod: '30' }, 'InvalidParameter', 'BackupRetentionPeriod'],
    [
      { BackupStrategy: 'db', DBName: 'a', BackupMethod: 'Logical', BackupRetentionPeriod: '30' },
      'InvalidParameter',
      'BackupRetentionPeriod',
    ],
    [
      { BackupStrategy: 'instance', BackupType: 'FullBackup', BackupRetentionPeriod: '30' },
      'InvalidParameter',
      'BackupRetentionPeriod',
    ],
    ...['0', '6', '731', '-2', '7.5', 'week'].map((days) => [
      { BackupStrategy: 'db', DBName: 'a', BackupType: 'FullBackup', BackupRetentionPeriod: days },
      'InvalidParameter',
      'BackupRetentionPeriod',
    ]),
  ] as [Record<string, string>, string, string][])(
    'is refused with %j, as %s',
    async (parameters, Code, text) => {
      const instance = Object.keys(parameters).length > 0 ? { DBInstanceId: world.table } : {};
      const answer = await call('CreateBackup', { ...instance, ...parameters });
      expect(answer.body).toMatchObject({ Code, Message: expect.stringContaining(text) });
      expect(answer.status).toBe(400);
    },
  );

  it('keeps a full physical backup of single tables for the requested number of days', async () => {
    await world.replaceHarness({ config: { missingRecovery: 'enable' } });
    const { clock } = world.harness.services;
    const id = await createBackup({
      DBInstanceId: world.table,
      BackupMethod: 'Physical',
      BackupType: 'FullBackup',
      BackupStrategy: 'db',
      DBName: world.table,
      BackupRetentionPeriod: '7',
    });
    const set = await world.harness.operations.describeBackupSet({
      name: world.table,
      id: Number(id) as never,
    });
    expect(set).toMatchObject({ source: 'export', kind: 'full' });
    expect(Math.abs((set.expiresAt ?? 0) - clock.now() - 7 * 86_400_000)).toBeLessThan(60_000);
    await world.harness.executions.idle();
  });
});

describe('the tasks and backups of an instance', () => {
  it('show a backup from its request to its end', async () => {
    const job = await createBackup();
    const running = await call('DescribeBackupTasks', { DBInstanceId: world.table });
    expect(running.body['Items']).toMatchObject({
      BackupJob: [{ BackupJobId: job, JobMode: 'Manual', TaskAction: 'NormalBackupTask' }],
    });
    await world.harness.executions.idle();

    const finished = await call('DescribeBackupTasks', { DBInstanceId: world.table, BackupJobId: job });
    expect(finished.body['Items']).toEqual({
      BackupJob: [
        {
          BackupJobId: job,
          BackupStatus: 'Finished',
          BackupProgressStatus: 'Finished',
          JobMode: 'Manual',
          Process: '100',
          TaskAction: 'NormalBackupTask',
          BackupId: job,
        },
      ],
    });
    expect((await call('DescribeBackupTasks', { DBInstanceId: world.table })).body['Items']).toEqual({
      BackupJob: [],
    });
    const { body } = await call('DescribeBackups', { DBInstanceId: world.table });
    expect(body).toMatchObject({
      PageNumber: '1',
      PageRecordCount: '1',
      TotalRecordCount: '1',
      TotalEcsSnapshotSize: 0,
      Items: {
        Backup: [
          {
            BackupId: job,
            DBInstanceId: world.table,
            BackupStatus: 'Success',
            BackupStartTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
            BackupEndTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
            BackupType: 'FullBackup',
            BackupMethod: 'Logical',
            BackupMode: 'Manual',
            BackupInitiator: 'User',
            BackupDBNames: world.table,
            BackupSize: expect.any(Number),
            ConsistentTime: expect.any(Number),
            IsAvail: 1,
            StoreStatus: 'Enabled',
            MetaStatus: 'OK',
            StorageClass: '0',
            CopyOnlyBackup: '0',
            Encryption: '{}',
          },
        ],
      },
    });
  });

  it('can be found by the backup’s id, by `<instance>:<id>`, and by status, type, mode and time', async () => {
    const first = await createBackup();
    await world.harness.executions.idle();
    const later = await createBackup();
    await world.harness.executions.idle();
    const find = async (more: Record<string, string>) => {
      const { body } = await call('DescribeBackups', { DBInstanceId: world.table, ...more });
      return (body['Items'] as { Backup: { BackupId: string }[] }).Backup.map(({ BackupId }) => BackupId);
    };
    expect(await find({})).toEqual([later, first]);
    expect(await find({ BackupId: first })).toEqual([first]);
    expect(await find({ BackupId: `${world.table}:${first}` })).toEqual([first]);
    for (const unknown of ['0', '999999', 'abc', `other:${first}`, '9'.repeat(300)]) {
      expect(await find({ BackupId: unknown })).toEqual([]);
    }
    expect(await find({ BackupType: 'IncrementalBackup' })).toEqual([later]);
    expect(await find({ BackupType: 'FullBackup' })).toEqual([first]);
    expect(await find({ BackupStatus: 'Failed' })).toEqual([]);
    expect(await find({ BackupMode: 'Automated' })).toEqual([]);
    expect(await find({ StartTime: '2000-01-01T00:00Z', EndTime: '2000-01-02T00:00Z' })).toEqual([]);
    expect(await find({ StartTime: '2000-01-01T00:00Z', EndTime: '9000-01-02T00:00Z' })).toHaveLength(2);
    expect(await find({ PageNumber: '2' })).toEqual([]);
  });

  it.each([
    [{ PageSize: '31' }, 'InvalidParameter'],
    [{ PageSize: '1000' }, 'InvalidParameter'],
    [{ PageNumber: '0' }, 'InvalidParameter'],
    [{ StartTime: '2026-01-01' }, 'InvalidParameter'],
    [{ StartTime: '2026-01-02T00:00Z', EndTime: '2026-01-01T00:00Z' }, 'InvalidParameter'],
    [{ BackupStatus: 'Done' }, 'InvalidParameter'],
  ] as [Record<string, string>, string][])('are not listed with %j', async (parameters, Code) => {
    const answer = await call('DescribeBackups', { DBInstanceId: world.table, ...parameters });
    expect(answer).toMatchObject({ status: 400, body: { Code } });
  });
});

describe('DeleteBackup', () => {
  const list = async () => {
    const { body } = await call('DescribeBackups', { DBInstanceId: world.table });
    return (body['Items'] as { Backup: { BackupId: string }[] }).Backup.map(({ BackupId }) => BackupId);
  };

  it('deletes backups by their ids, or by `<instance>:<id>` as terraform writes them', async () => {
    const made: string[] = [];
    for (let i = 0; i < 3; i++) {
      made.push(await createBackup());
      await world.harness.executions.idle();
    }
    const [first = '', second = '', third = ''] = made;
    const BackupId = `${world.table}:${first},${third}`;
    expect(await call('DeleteBackup', { DBInstanceId: world.table, BackupId })).toMatchObject({
      status: 200,
      body: { RequestId: expect.any(String) },
    });
    expect(await list()).toEqual([second]);
  });

  it('deletes nothing if one of the backups does not exist', async () => {
    const id = await createBackup();
    await world.harness.executions.idle();
    const answer = await call('DeleteBackup', { DBInstanceId: world.table, BackupId: `${id},999999` });
    expect(answer).toMatchObject({ status: 404, body: { Code: 'InvalidBackupId.NotFound' } });
    expect(await list()).toEqual([id]);
  });

  it('does not delete a backup that is being made', async () => {
    const id = await createBackup();
    const answer = await call('DeleteBackup', { DBInstanceId: world.table, BackupId: id });
    expect(answer).toMatchObject({ status: 400, body: { Code: 'BackupJobExists' } });
    await world.harness.executions.idle();
    expect(await list()).toEqual([id]);
  });

  it('deletes nothing if a restore reads one of the backups', async () => {
    const made: string[] = [];
    for (let i = 0; i < 2; i++) {
      made.push(await createBackup());
      await world.harness.executions.idle();
    }
    const stopped = world.harness.restart();
    stopped.executions.stop();
    const target = { table: world.table, target: `${world.table}-copy` };
    const second = { name: world.table, id: parseSetId(String(made[1])) };
    await stopped.operations.restoreBackupSet({ ...second, targets: [target] });
    const answer = await call('DeleteBackup', { DBInstanceId: world.table, BackupId: made.join(',') });
    expect(answer).toMatchObject({ status: 403, body: { Code: 'IncorrectBackupSetState' } });
    expect(await list()).toEqual(made.toReversed());
  });

  it('accepts 100 ids and refuses 101', async () => {
    const ids = (count: number) => Array.from({ length: count }, (_, i) => String(900_000 + i)).join(',');
    expect(await call('DeleteBackup', { DBInstanceId: world.table, BackupId: ids(101) })).toMatchObject({
      status: 400,
      body: {
        Code: 'DeleteBackupSetNumExceed',
        Message: 'Delete backup set number is more than 100.',
      },
    });
    expect(await call('DeleteBackup', { DBInstanceId: world.table, BackupId: ids(100) })).toMatchObject({
      body: { Code: 'InvalidBackupId.NotFound' },
    });
  });
});

describe('the steps of terraform’s provider', () => {
  it('create, read and delete a backup', async () => {
    const instance = world.table;
    const job = await createBackup({
      DBInstanceId: instance,
      BackupMethod: 'Logical',
      BackupType: 'FullBackup',
    });
    const task = async () => {
      const { body } = await call('DescribeBackupTasks', {
        DBInstanceId: instance,
        BackupJobId: job,
        ClientToken: 'x',
      });
      return (body['Items'] as { BackupJob: Record<string, string>[] }).BackupJob[0];
    };
    expect(await task()).toMatchObject({ BackupJobId: job });
    await world.harness.executions.idle();
    expect(await task()).toMatchObject({ BackupStatus: 'Finished' });
    // It waits a minute and requests the backup by its id again.
    world.database.clock.advance(60_000);
    const backupId = (await task())?.['BackupId'];
    const resource = `${instance}:${backupId}`;
    const { body } = await call('DescribeBackups', { DBInstanceId: instance, BackupId: String(backupId) });
    expect(body['Items']).toMatchObject({ Backup: [{ BackupId: backupId, StoreStatus: 'Enabled' }] });
    expect(await call('DeleteBackup', { DBInstanceId: instance, BackupId: resource })).toMatchObject({
      status: 200,
    });
    const after = await call('DescribeBackups', {
      DBInstanceId: instance,
      BackupId: String(backupId),
      PageSize: '50',
    });
    expect(after.body).toMatchObject({ TotalRecordCount: '0', Items: { Backup: [] } });
  });
});

describe('a key of the dialect', () => {
  it.each([
    [{ verbs: ['read'] }, 'the verb'],
    [{ groups: ['other'] }, 'the group'],
  ] as [Partial<AccessKey>, string][])('with only %j is refused without %s of a request', async (limits) => {
    const keys = [{ ...testKey, ...limits }];
    expect(await call('CreateBackup', logical(), { keys })).toMatchObject({
      status: 403,
      body: { Code: 'Forbidden.RAM' },
    });
  });

  it('is accepted if it has the verb and the group', async () => {
    const table = await createFilledTable(world.database, 1);
    const keys = [{ ...testKey, verbs: ['backup' as const], groups: [table] }];
    expect(await call('CreateBackup', logical(table), { keys })).toMatchObject({ status: 200 });
    await world.harness.executions.idle();
  });
});

describe('an instance of RDS', () => {
  const useGroup = async () => {
    const other = await createFilledTable(world.database, 3);
    const groups = addAllTables([{ name: 'shop', tables: [world.table, other] }]);
    await world.replaceHarness({ config: { groups } });
    return [world.table, other].toSorted();
  };

  it('may be a group of tables, and then its backup is one set', async () => {
    const tables = await useGroup();
    const BackupId = await createBackup(logical('shop'));
    await world.harness.executions.idle();
    const { body } = await call('DescribeBackups', { DBInstanceId: 'shop', BackupId });
    expect(body['Items']).toMatchObject({
      Backup: [{ DBInstanceId: 'shop', BackupStatus: 'Success', BackupDBNames: tables.join(',') }],
    });
  });

  it('is backed up in part if DBName names some of its tables', async () => {
    const [, second = ''] = await useGroup();
    const BackupId = await createBackup({ ...logical('shop'), BackupStrategy: 'db', DBName: second });
    await world.harness.executions.idle();
    const { body } = await call('DescribeBackups', { DBInstanceId: 'shop', BackupId });
    expect(body['Items']).toMatchObject({ Backup: [{ BackupDBNames: second }] });
  });

  it('has nothing to back up if it is a group that has no table at the moment', async () => {
    const groups = addAllTables([{ name: 'empty', tables: ['nothing-*'] }]);
    await world.replaceHarness({ config: { groups } });
    expect(await call('CreateBackup', logical('empty'))).toMatchObject({
      status: 400,
      body: { Code: 'InvalidParameter', Message: expect.stringContaining('not 0') },
    });
  });

  it('is listed if the key may use it, groups before tables', async () => {
    await useGroup();
    const list = async (groups: readonly string[], more: Record<string, string> = {}) => {
      const { body } = await call('DescribeDBInstances', more, { keys: [{ ...testKey, groups }] });
      return body;
    };
    const all = await list(['*'], { PageSize: '1' });
    expect(all).toMatchObject({
      PageNumber: 1,
      PageRecordCount: 1,
      Items: {
        DBInstance: [
          { DBInstanceId: 'shop', DBInstanceStatus: 'Running', Engine: 'DynamoDB', RegionId: 'eu-west-1' },
        ],
      },
    });
    expect(all['TotalRecordCount']).toBeGreaterThan(3);
    expect(await list([world.table])).toMatchObject({
      TotalRecordCount: 1,
      Items: { DBInstance: [{ DBInstanceId: world.table }] },
    });
    expect(await list(['*'], { DBInstanceId: 'shop' })).toMatchObject({ TotalRecordCount: 1 });
    expect(await list(['*'], { DBInstanceId: 'nowhere' })).toMatchObject({ TotalRecordCount: 0 });
  });

  it('is described with its tables', async () => {
    const tables = await useGroup();
    const { body } = await call('DescribeDBInstanceAttribute', { DBInstanceId: 'shop' });
    expect(body['Items']).toMatchObject({
      DBInstanceAttribute: [{ DBInstanceId: 'shop', DBInstanceDescription: tables.join(',') }],
    });
    expect(await call('DescribeDBInstanceAttribute', { DBInstanceId: 'nowhere' })).toMatchObject({
      status: 404,
      body: { Code: 'InvalidDBInstanceId.NotFound' },
    });
  });
});

describe('a request to the RDS dialect', () => {
  it.each([
    ['an unknown action', 'DropDatabase', {}, 404, 'InvalidApi.NotFound'],
    ['no action', '', {}, 400, 'MissingParameter'],
  ])('is refused with %s', async (_, action, parameters, status, Code) => {
    expect(await call(action, parameters)).toMatchObject({ status, body: { Code } });
  });
});
